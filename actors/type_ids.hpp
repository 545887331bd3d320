#pragma once

#include "actors/centre_rule.hpp"
#include "actors/run_state.hpp"
#include "messages/leader_snapshot.hpp"
#include "messages/type_ids.hpp"

#include <caf/actor.hpp>

#include <memory>

namespace paceline {

class answer_slot;
class live_parameters;

// Large results travel between actors as shared buffers: a message costs the same whatever their size.

/// Handed over: whoever asked for it may move from it.
using worker_state_ptr = std::shared_ptr<worker_state>;
/// Immutable.
using centre_state_ptr = std::shared_ptr<const centre_state>;
/// Immutable, read by several.
using run_state_ptr = std::shared_ptr<const run_state>;

/// To a worker, a group leader or the node's actor: from now on that one is its group leader, the one that compares groups, or
/// the global leader.
struct report_to {
  caf::actor coordinator;
};

/// To a worker: its compute actor. Each of the two must know the other, so that one is named by a message.
struct compute_of_worker {
  caf::actor compute;
  std::shared_ptr<live_parameters> parameters;
  /// Where it looks for the centre's answers; nullptr where the strategy has no centre.
  std::shared_ptr<answer_slot> answers;
};

/// To a worker: the centre of the strategy.
struct centre_of_strategy {
  caf::actor centre;
};

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::centre_of_strategy)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::centre_state_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::compute_of_worker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::report_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::worker_state_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::run_state_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::snapshot_ptr)
