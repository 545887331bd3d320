#pragma once

#include "actors/cluster_actors.hpp"
#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "actors/recurring_timer.hpp"
#include "actors/run_state.hpp"
#include "actors/type_ids.hpp"
#include "messages/failure.hpp"
#include "messages/progress.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

/// How a run ended; told to the observers as the supervisor's last message.
struct run_finished {
  /// State at the end; nullptr where no worker was left.
  run_state_ptr state;
  /// Test of the end's centre and leader; empty where tests are skipped or failed.
  std::optional<evaluation> final_test;
  /// What failed on the way, in order.
  std::vector<failure> failures;
};

struct supervisor_state {
  supervisor_state();

  const char* name = "supervisor";
  std::shared_ptr<const cluster_plan> plan;
  run_services services;

  /// Its compute actors are by position, each invalid once it is gone.
  spawned_cluster cluster;
  /// Coordinators' soft state as far as it can be seen from their decisions (free running), to number them on after a resume.
  /// By own group.
  std::vector<leadership_state> groups;
  leadership_state global;

  enum class phase { preparing, training, finishing, finished };
  phase now;
  /// Workers that prepare, or train, still.
  std::size_t busy;
  std::uint64_t steps_of_lost;
  bool testing;
  bool writing;
  /// On training time.
  recurring_timer test_timer;
  recurring_timer checkpoint_timer;
  run_finished result;
};

/// Starts a cluster and ends it, in order; on the way it has it tested and checkpointed when it is time.
///
///   preparing --all workers ready or failed--> training --budget used up or stop_run--> finishing --last test and
///   checkpoint done--> finished: run_finished to the observers, all its actors end, then it exits itself
///
/// A worker that fails is a failure told to the observers; the others ride on. It never stands in the way of a step: states are
/// copied at step boundaries, and tests and disks are other actors' affair.
caf::behavior supervisor_actor(caf::stateful_actor<supervisor_state>* self, std::shared_ptr<const cluster_plan> plan,
                               run_services services);

/// What the actors of a plan share when they all live in this process.
run_services make_services(const cluster_plan& plan, std::shared_ptr<run_clock> clock);

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::run_finished)
