#include "compute/objectives/convex_quadratic.hpp"

#include "compute/errors.hpp"
#include "compute/objectives/normal_random.hpp"

#include <cassert>
#include <cmath>

namespace paceline {

namespace {

enum seed_use : std::uint64_t { minimum_of = 1, axes_of = 2 };

const convex_quadratic_settings& checked(const convex_quadratic_settings& settings) {
  if (settings.dimensions < 1)
    throw invalid_input("convex quadratic: found " + std::to_string(settings.dimensions)
                        + " dimensions, allowed: at least 1");
  if (!(settings.least_curvature > 0 && settings.least_curvature <= settings.greatest_curvature
        && std::isfinite(settings.greatest_curvature)))
    throw invalid_input("convex quadratic: found curvatures from " + std::to_string(settings.least_curvature) + " to "
                        + std::to_string(settings.greatest_curvature) + ", allowed: 0 < least <= greatest");
  return settings;
}

std::vector<double> normal_vector(std::size_t size, counter_random& random) {
  std::vector<double> values(size);
  for (auto& value : values)
    value = standard_normal(random);
  return values;
}

/// matrix ← H matrix H with H = I − 2 v vᵀ / vᵀv, which turns its axes and keeps its curvatures (Householder's reflection).
void reflect(std::vector<double>& matrix, const std::vector<double>& v) {
  const auto n = v.size();
  double squares = 0;
  for (const auto value : v)
    squares += value * value;
  std::vector<double> product(n);
  double twice = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      product[i] += matrix[i * n + j] * v[j];
    twice += v[i] * product[i];
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      matrix[i * n + j] += (4 * twice / squares * v[i] * v[j] - 2 * (v[i] * product[j] + product[i] * v[j])) / squares;
}

} // namespace

convex_quadratic::convex_quadratic(const convex_quadratic_settings& settings)
  : landscape(layout_of("x", {checked(settings).dimensions})) {
  const auto n = static_cast<std::size_t>(settings.dimensions);
  counter_random of_minimum(derive_seed(settings.seed, minimum_of));
  minimum_ = normal_vector(n, of_minimum);
  auto curvature = std::make_shared<std::vector<double>>(n * n);
  const auto ratio = settings.greatest_curvature / settings.least_curvature;
  for (std::size_t i = 0; i < n; ++i) {
    const auto place = n == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(n - 1);
    (*curvature)[i * n + i] = settings.least_curvature * std::pow(ratio, place);
  }
  counter_random of_axes(derive_seed(settings.seed, axes_of));
  constexpr int reflections = 3;
  for (int i = 0; i < reflections; ++i)
    reflect(*curvature, normal_vector(n, of_axes));
  curvature_ = std::move(curvature);
}

void convex_quadratic::initialise(std::span<float> parameters, std::uint64_t seed) const {
  counter_random random(seed);
  for (auto& x : parameters)
    x = static_cast<float>(standard_normal(random));
}

double convex_quadratic::evaluate(std::span<const float> point, std::span<float> gradient) const {
  const auto n = dimensions();
  assert(point.size() == n);
  const auto& curvature = *curvature_;
  double value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double slope = 0;
    for (std::size_t j = 0; j < n; ++j)
      slope += curvature[i * n + j] * (static_cast<double>(point[j]) - minimum_[j]);
    value += slope * (static_cast<double>(point[i]) - minimum_[i]) / 2;
    if (!gradient.empty())
      gradient[i] = static_cast<float>(slope);
  }
  return value;
}

} // namespace paceline
