#pragma once

#include "compute/counter_random.hpp"

#include <cmath>
#include <numbers>

namespace paceline {

/// A number of N(0, 1) (Box and Muller 1958); draws two of the stream.
inline double standard_normal(counter_random& random) {
  // In (0, 1].
  const auto distance = 1.0 - static_cast<double>(random.uniform());
  const auto angle = 2 * std::numbers::pi * static_cast<double>(random.uniform());
  return std::sqrt(-2 * std::log(distance)) * std::cos(angle);
}

} // namespace paceline
