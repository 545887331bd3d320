#pragma once

#include "actors/leadership.hpp"
#include "actors/observers.hpp"
#include "actors/run_clock.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace paceline {

struct group_leader_state {
  group_leader_state();

  const char* name = "group_leader";
  std::optional<leadership> decisions;
  std::uint32_t group;
  std::shared_ptr<const run_clock> clock;
  caf::actor global_leader;
  std::vector<caf::actor> workers;
  observers watchers;
};

/// Compares the workers of one group whenever their steps call for it, announces the best to them, and tells the global leader
/// how the group stands after every report and every loss of a worker. Passes the global leader's decisions on to its workers.
/// Its workers are named by one message, a vector of actors, before the first report; another global leader by report_to. Holds soft
/// state only; one that takes the place of another is told take_seat before the first report.
caf::behavior group_leader_actor(caf::stateful_actor<group_leader_state>* self, leadership_settings settings,
                                 std::shared_ptr<const run_clock> clock, caf::actor global_leader,
                                 std::optional<leadership_state> resume, observers watchers);

} // namespace paceline
