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
  std::optional<leadership> decisions;
  std::optional<verification> looks;
  /// Who brought the latest report of each group: through them a candidate's parameters are reached.
  std::map<std::uint32_t, caf::actor> ways;
  std::shared_ptr<const run_clock> clock;
  std::vector<caf::actor> group_leaders;
  observers watchers;
};

/// Compares the groups' best whenever the steps of all call for it, and announces the best of all to the group leaders, which
/// pass it on. Where candidates are verified it sends a probe_request to whoever brought the candidate's report first, and
/// announces the candidate when the probe_result bears its claim out. They are named by one message, a vector of actors, before the first report. Holds soft state only.
caf::behavior global_leader_actor(caf::stateful_actor<global_leader_state>* self, leadership_settings settings,
                                  std::shared_ptr<const run_clock> clock, std::optional<leadership_state> resume,
                                  observers watchers);

} // namespace paceline
