#pragma once

#include "actors/leadership.hpp"
#include "actors/observers.hpp"
#include "actors/run_clock.hpp"
#include "actors/verification.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

struct global_leader_state {
  global_leader_state();

  const char* name = "global_leader";
  leadership_settings settings;
  /// Empty while it does not hold the seat.
  std::optional<leadership> decisions;
  std::optional<verification> looks;
  /// Who brought the latest report of each group: through them a candidate's parameters are reached.
  std::map<std::uint32_t, caf::actor> ways;
  std::shared_ptr<const run_clock> clock;
  std::vector<caf::actor> followers;
  observers watchers;
};

/// Compares the groups' best whenever the steps of all call for it, and announces the best of all to its followers, which pass it
/// on: the group leaders, or the actors of all nodes. They are named by one message, a vector of actors, whenever they change.
/// Where candidates are verified it first sends a probe_request to whoever brought the candidate's report, and announces the
/// candidate when the probe_result bears its claim out. Holds soft state only.
///
///   without a seat --take_seat--> waits for a report of each live group --all heard, or patience--> decides
///        `-------------------------------------- leave_seat -----------------------------------------'
///
/// With `first` it begins deciding, from that state; without it, without a seat: what it is told then is passed over.
caf::behavior global_leader_actor(caf::stateful_actor<global_leader_state>* self, leadership_settings settings,
                                  std::shared_ptr<const run_clock> clock, std::optional<leadership_state> first,
                                  observers watchers);

} // namespace paceline
