#pragma once

#include "compute/objectives/landscape.hpp"

namespace paceline {

/// f(x) = (x² − 1)² / 4, with minima of 0 at ±1: where workers on both sides are pulled to a centre between them, they come to rest at
/// points that are none.
class double_well final : public landscape {
 public:
  double_well() : landscape(layout_of("x", {1})) {}

  /// Uniform in [−2, 2).
  void initialise(std::span<float> parameters, std::uint64_t seed) const override;
  double evaluate(std::span<const float> point, std::span<float> gradient) const override;
};

} // namespace paceline
