#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace paceline {

class device_copy;

/// How a pull goes together with the step in which it is applied; the step moves by −η d.
enum class pull_kind : std::uint8_t {
  /// Behind the step: x′ ← x − η d, then x′ − strength (x′ − target). Leader SGD.
  after_step,
  /// From where the step began: x ← x − strength (x − target) − η d. Leader gradient descent, the elastic pull of EASGD.
  with_step,
  /// Likewise, by a difference that somebody else has computed: x ← x + target − η d; the strength counts for nothing.
  shift,
};

/// One attraction toward a leader: x ← x − strength (x − target). Not multiplied by the learning rate.
struct leader_pull {
  /// The leader's parameters, as long as the follower's.
  std::span<const float> target;
  /// In [0, 1]; at exactly 1 the follower becomes the leader bit for bit.
  float strength = 0;
  /// The same parameters where a device keeps them for its own, nullptr where none does.
  const device_copy* on_device = nullptr;
  pull_kind kind = pull_kind::after_step;
};

/// Applies one pull alone. Returns the Euclidean distance ‖x − target‖ before it; of a shift its length ‖target‖.
/// Requires x.size() == pull.target.size().
double apply_pull(std::span<float> x, const leader_pull& pull);

/// The same for the first `trained` numbers alone: buffers behind them are replaced by their step, whatever it begins from.
double pull_trained(std::span<float> x, const leader_pull& pull, std::size_t trained);

} // namespace paceline
