#pragma once

#include <span>

namespace paceline {

class device_copy;

/// One attraction toward a leader: x ← x − strength (x − target). Not multiplied by the learning rate.
struct leader_pull {
  /// The leader's parameters, as long as the follower's.
  std::span<const float> target;
  /// In [0, 1]; at exactly 1 the follower becomes the leader bit for bit.
  float strength = 0;
  /// The same parameters where a device keeps them for its own, nullptr where none does.
  const device_copy* on_device = nullptr;
};

/// Applies one pull alone. Returns the Euclidean distance ‖x − target‖ before it.
/// Requires x.size() == pull.target.size().
double apply_pull(std::span<float> x, const leader_pull& pull);

} // namespace paceline
