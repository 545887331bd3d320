#pragma once

#include "actors/run_state.hpp"
#include "messages/type_ids.hpp"

#include <memory>

namespace paceline {

/// Large results travel between actors as shared, immutable buffers: a message costs the same whatever their size.
using worker_state_ptr = std::shared_ptr<const worker_state>;
using run_state_ptr = std::shared_ptr<const run_state>;

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_state_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::run_state_ptr)
