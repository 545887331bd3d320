#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

/// The Euclidean norm, summed in double precision.
inline double norm_of(std::span<const float> values) {
  double sum = 0;
  for (const double value : values)
    sum += value * value;
  return std::sqrt(sum);
}

/// ‖found − truth‖ / ‖truth‖, or / `least_norm` where that is more.
inline double relative_error(std::span<const float> found, std::span<const float> truth, double least_norm = 0) {
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    sum += std::pow(static_cast<double>(found[i]) - truth[i], 2);
  return std::sqrt(sum) / std::max(norm_of(truth), least_norm);
}
