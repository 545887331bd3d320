#pragma once

#include "actors/run_state.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <functional>

namespace paceline {

/// Writes a run_state where it is safe; throws where that fails, and then the last one written is intact.
using checkpoint_writer = std::function<void(const run_state&)>;

/// Writes each run_state that it is sent, and answers `true`, or an error with the exception's text. Spawn it detached: disks
/// are slow.
caf::behavior checkpointer_actor(caf::event_based_actor* self, checkpoint_writer write);

} // namespace paceline
