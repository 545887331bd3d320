#pragma once

#include "compute/objectives/landscape.hpp"

namespace paceline {

/// f(x, y) = sin(πr) / (πr), r = ‖(x, y)‖: rings of local minima, the lowest of −0.2172 around r = 1.43 (the paper's example of workers in
/// places of unlike depth).
class sinc final : public landscape {
 public:
  sinc() : landscape(layout_of("point", {2})) {}

  /// Uniform in [−20, 20)².
  void initialise(std::span<float> parameters, std::uint64_t seed) const override;
  double evaluate(std::span<const float> point, std::span<float> gradient) const override;
};

} // namespace paceline
