#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// What can go wrong in a part of a running cluster. Each is told to the supervisor as a `failure`; the others ride on.
enum class failure_code : std::uint8_t {
  /// A worker's model or data could not be set up. The worker never starts.
  worker_start_failed,
  /// A training step threw. The worker stops; its last report ages until it cannot lead.
  worker_step_failed,
  /// A worker's loss is not finite and no leader's snapshot has come to recover from.
  worker_diverged,
  /// A worker was lost as often as its restart limits allow. It is not started again; the others ride on.
  worker_given_up,
  /// A file of a strict data set holds no picture that can be shown. The run ends.
  picture_unreadable,
  /// A test of the centre or of the leader failed. Training goes on.
  evaluation_failed,
  /// A checkpoint could not be written. Training goes on; the previous checkpoint is intact.
  checkpoint_failed,
  /// The supervisor itself is gone. The run ends; the latest checkpoint is intact.
  supervisor_lost,
  /// The actor through which this process and the other nodes know each other is gone. The process ends, since it would be shut off
  /// from the run; started again it joins the others.
  node_actor_lost,
  /// The centre of the strategy is gone, and what it knew with it. The run ends; the latest checkpoint is intact.
  centre_lost,
  /// Actors did not end in time when the run did: most likely a trainer that is stuck in a step.
  shutdown_stuck,
  /// A record of the run could not be written to disk. The run ends.
  record_failed,
};

const char* to_string(failure_code code);

/// Reads back what to_string wrote; empty where the text is anything else.
std::optional<failure_code> failure_code_from_text(std::string_view text);

struct failure {
  failure_code code = failure_code::worker_step_failed;
  /// The worker concerned; {0, 0} where the failure is not a worker's.
  worker_id worker;
  /// One line for people: what was found, and where.
  std::string what;
  /// Steps that the worker had made, which no other worker's count holds; 0 where the failure is not a worker's.
  std::uint64_t steps = 0;
};

} // namespace paceline
