#pragma once

#include "actors/supervisor.hpp"

#include <caf/actor.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace paceline::side_work {

// The part of a supervisor that has the run's state copied, tested and written, while the workers step on. All calls, and calls
// back, are on the supervisor's own thread.

using supervisor_ptr = caf::stateful_actor<supervisor_state>*;

/// Those that can tell their state at the next step boundary.
std::vector<caf::actor> live(const supervisor_state& state);

/// A failure that is not a worker's: tells the observers and keeps it for the run's end.
void note_failure(supervisor_ptr self, failure_code code, const std::string& what);

/// Collects the state of all live workers; nullptr where none is left.
void gather(supervisor_ptr self, const std::function<void(run_state_ptr)>& done);

/// Tests the state, tells the observers, then calls `done` with what was found. Nothing where the state is nullptr, there is
/// no evaluator, or the test failed.
void test(supervisor_ptr self, const run_state_ptr& run, const std::function<void(std::optional<evaluation>)>& done);

/// Writes the state, then calls `done`; at once where the state is nullptr or there is no checkpointer.
void write(supervisor_ptr self, const run_state_ptr& run, const std::function<void()>& done);

} // namespace paceline::side_work
