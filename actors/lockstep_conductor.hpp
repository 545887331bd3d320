#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "actors/leadership.hpp"
#include "actors/run_state.hpp"
#include "actors/type_ids.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

struct lockstep_state {
  lockstep_state();

  const char* name = "lockstep_conductor";
  std::shared_ptr<const cluster_plan> plan;
  run_services services;
  caf::actor supervisor;
  /// By position; a worker that failed has an invalid handle.
  std::vector<caf::actor> computes;
  std::vector<leadership> groups;
  std::optional<leadership> global;
  /// Of a strategy that has one.
  std::unique_ptr<centre_rule> centre;
  /// The decisions under way come before the first step.
  bool opening;
  std::uint64_t steps_of_lost;
  /// Who waits for a run_state at the end of this round.
  std::vector<caf::response_promise> waiting;
  bool finished;
};

/// Runs a cluster deterministically: in the place of group leaders and global leader it makes the same decisions, but with a
/// barrier after each step, so that the same seed gives the same bits whatever the machine is doing.
///
///   round:  every worker makes one step  →  reports, in order of workers  →  group decisions: each leader's
///           snapshot, its group is pulled  →  the global decision likewise  →  save_run answered  →  next round
///
/// With a centre, workers that are to exchange do so before their step, in order of workers (or in the midst of it, with gradients). A
/// strategy that compares workers where they stand decides once before the first step.
///
/// Its compute actors are named by one message, a vector of actors in order of position; begin_training starts it. When the budget is
/// used up it sends worker_finished for each live worker to the supervisor, and goes on answering save_run.
caf::behavior lockstep_conductor_actor(caf::stateful_actor<lockstep_state>* self,
                                       std::shared_ptr<const cluster_plan> plan, run_services services,
                                       caf::actor supervisor);

} // namespace paceline
