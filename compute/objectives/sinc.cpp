#include "compute/objectives/sinc.hpp"

#include "compute/counter_random.hpp"

#include <cassert>
#include <cmath>
#include <numbers>

namespace paceline {

void sinc::initialise(std::span<float> parameters, std::uint64_t seed) const {
  counter_random random(seed);
  for (auto& coordinate : parameters)
    coordinate = random.uniform(-20.0f, 20.0f);
}

double sinc::evaluate(std::span<const float> point, std::span<float> gradient) const {
  assert(point.size() == 2);
  const double x = point[0];
  const double y = point[1];
  const auto radius = std::hypot(x, y);
  const auto angle = std::numbers::pi * radius;
  // Below, the first terms of the series are exact, and the quotients are not.
  const bool is_centre = angle < 1e-4;
  const auto value = is_centre ? 1 - angle * angle / 6 : std::sin(angle) / angle;
  if (!gradient.empty()) {
    // f'(r) / r
    const auto slope =
      is_centre ? -std::numbers::pi * std::numbers::pi / 3 : (std::cos(angle) - value) / (radius * radius);
    gradient[0] = static_cast<float>(slope * x);
    gradient[1] = static_cast<float>(slope * y);
  }
  return value;
}

} // namespace paceline
