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

struct global_leader_state {
  global_leader_state();

  const char* name = "global_leader";
  std::optional<leadership> decisions;
  std::shared_ptr<const run_clock> clock;
  std::vector<caf::actor> group_leaders;
  observers watchers;
};

/// Compares the groups' best whenever the steps of all call for it, and announces the best of all to the group leaders, which
/// pass it on. They are named by one message, a vector of actors, before the first report. Holds soft state only.
caf::behavior global_leader_actor(caf::stateful_actor<global_leader_state>* self, leadership_settings settings,
                                  std::shared_ptr<const run_clock> clock, std::optional<leadership_state> resume,
                                  observers watchers);

} // namespace paceline
