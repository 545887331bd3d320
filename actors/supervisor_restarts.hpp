#pragma once

#include "actors/supervisor.hpp"

#include <caf/actor_addr.hpp>
#include <caf/stateful_actor.hpp>

#include <cstddef>

namespace paceline::restarts {

// The part of a supervisor that starts lost workers and coordinators again. A worker goes through these places (supervised_worker::place):
//
//   riding --lost--> waiting --its wait is over--> asking --a start is found--> preparing --ready--> riding
//     `--- lost, and limits, its failure, lock-step or the end of the budget allow no restart --> gone
//
// What it begins from: the newest global snapshot, else its group's, else another group's; before the first leader of all the
// parameters of a worker that trains, else its seed's start. All calls on the supervisor's own thread.

using supervisor_ptr = caf::stateful_actor<supervisor_state>*;

/// A worker is lost. Returns whether it will be started again. Not where it diverged for good: it was set onto leaders' parameters
/// before, or there are none.
bool schedule(supervisor_ptr self, const failure& lost);

/// Starts those whose wait is over.
void start_due(supervisor_ptr self);

/// A successor is prepared: it takes the place of the lost one and trains. Requires that it is in place `preparing`.
void complete(supervisor_ptr self, worker_id id);

/// An actor is gone: where it was a group leader, the global leader or a worker's voice, another one takes over, which it can at
/// once, since they hold soft state only. Returns whether it was one.
bool respawn_soft(supervisor_ptr self, const caf::actor_addr& gone);

/// How many workers are on their way back.
std::size_t under_way(const supervisor_state& state);

} // namespace paceline::restarts
