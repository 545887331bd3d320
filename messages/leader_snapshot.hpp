#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace paceline {

class device_copy;

/// A leader's parameters at one moment. Immutable and shared: copied once, whoever many followers read it.
struct leader_snapshot {
  paceline::scope scope = paceline::scope::group;
  std::uint32_t group = 0;
  /// The decision that asked for it (leader_announcement::term and ::decision).
  std::uint64_t term = 0;
  std::uint64_t decision = 0;
  worker_id leader;
  std::uint64_t leader_steps = 0;
  double loss = 0;
  /// When the copy was made, on the run's steady clock.
  std::chrono::nanoseconds taken_at{0};
  /// Names and shapes of the parameters (parameter_layout::fingerprint).
  std::uint64_t fingerprint = 0;
  /// fp32 in the canonical order of the layout; always finite.
  std::vector<float> parameters;
  /// The same where the leader's device keeps them for others on it; nullptr where it keeps none, and from another process.
  std::shared_ptr<const device_copy> on_device;
};

using snapshot_ptr = std::shared_ptr<const leader_snapshot>;

} // namespace paceline
