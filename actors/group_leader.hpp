#pragma once

#include "actors/candidate_scoring.hpp"
#include "actors/leadership.hpp"
#include "actors/observers.hpp"
#include "actors/parameter_plane.hpp"
#include "actors/run_clock.hpp"
#include "actors/verification.hpp"

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
  std::optional<verification> looks;
  /// Only where candidates are probed.
  std::optional<candidate_scoring> scoring;
  std::uint32_t group;
  std::shared_ptr<const run_clock> clock;
  caf::actor global_leader;
  std::vector<caf::actor> workers;
  observers watchers;
};

/// Compares the workers of one group whenever their steps call for it, announces the best to them, and tells the global leader
/// how the group stands after every report and every loss of a worker. Passes the global leader's decisions on to its workers.
/// Where candidates are verified it has those of its group scored, for itself and for whoever asks by probe_request (answered by a
/// probe_result), and publishes what was scored when the decision comes, in place of the leader's worker; fellow_workers names
/// further workers that may score.
/// Its workers are named by one message, a vector of actors, before the first report; another global leader by report_to. Holds soft
/// state only; one that takes the place of another is told take_seat before the first report.
caf::behavior group_leader_actor(caf::stateful_actor<group_leader_state>* self, leadership_settings settings,
                                 std::shared_ptr<const run_clock> clock, caf::actor global_leader,
                                 std::optional<leadership_state> resume, observers watchers,
                                 std::shared_ptr<parameter_plane> plane);

} // namespace paceline
