#pragma once

#include "compute/objectives/landscape.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace paceline {

struct convex_quadratic_settings {
  std::int64_t dimensions = 16;
  /// Least and greatest curvature: the function is `least`-strongly convex and its gradient `greatest`-Lipschitz. Those between are spread
  /// evenly on a logarithmic scale.
  double least_curvature = 1;
  double greatest_curvature = 10;
  /// Of its axes and its minimum; equal seeds give the same function.
  std::uint64_t seed = 0;
};

/// f(x) = ½ (x − x*)ᵀ A (x − x*), with a random symmetric positive definite A of known curvatures and a random minimum x* of value 0.
class convex_quadratic final : public landscape {
 public:
  /// Throws invalid_input where there is no dimension, or not 0 < least <= greatest curvature.
  explicit convex_quadratic(const convex_quadratic_settings& settings);

  std::span<const double> minimum() const { return minimum_; }

  /// N(0, 1) in each coordinate.
  void initialise(std::span<float> parameters, std::uint64_t seed) const override;
  double evaluate(std::span<const float> point, std::span<float> gradient) const override;

 private:
  std::size_t dimensions() const { return minimum_.size(); }

  std::vector<double> minimum_;
  /// A, row by row; one for all copies.
  std::shared_ptr<const std::vector<double>> curvature_;
};

} // namespace paceline
