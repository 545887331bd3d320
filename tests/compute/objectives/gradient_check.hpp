#pragma once

#include "compute/objective.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <vector>

namespace paceline {

/// Holds the gradient at a point against differences of the loss of the same step.
inline void require_true_gradient(objective& goal, const std::vector<float>& point, double tolerance = 1e-3) {
  std::vector<float> gradient(point.size());
  const auto loss = goal.loss_and_gradient(point, gradient, 1);
  REQUIRE(std::isfinite(loss));
  std::vector<float> unused(point.size());
  for (std::size_t i = 0; i < point.size(); ++i) {
    CAPTURE(i);
    auto above = point;
    auto below = point;
    constexpr float step = 1e-2f;
    above[i] += step;
    below[i] -= step;
    const auto rise = goal.loss_and_gradient(above, unused, 1) - goal.loss_and_gradient(below, unused, 1);
    const auto run = static_cast<double>(above[i]) - static_cast<double>(below[i]);
    REQUIRE(gradient[i] == Approx(rise / run).epsilon(tolerance).margin(tolerance));
  }
}

} // namespace paceline
