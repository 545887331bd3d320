#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace paceline {

/// Sums of squares, one for each place in a row of 16 elements. Keeping them apart fixes the order of the
/// additions, whatever the width of the processor's vectors, so that all variants of the kernels round alike.
using lane_sums = std::array<double, 16>;

/// √Σ squares, added in the order of the lanes.
double distance_of(const lane_sums& squares);

/// Coefficients of one SGD step in the precision in which it is computed.
struct sgd_coefficients {
  float learning_rate = 0;
  float momentum = 0;
  bool nesterov = false;
  float weight_decay = 0;
};

/// The loops of an optimiser step, compiled for one instruction set. All variants give the same bits.
struct sgd_kernels {
  std::string_view instruction_set;

  /// The step of sgd.hpp without pulls, on `count` elements. `velocity` may be null where momentum is 0.
  void (*step)(float* x, const float* gradient, float* velocity, std::size_t count, const sgd_coefficients& how);

  /// x ← x − strength (x − target), and adds the squares of x − target to `squares`; element i belongs to
  /// lane i % 16.
  void (*pull)(float* x, const float* target, std::size_t count, float strength, lane_sums& squares);

  /// x ← x + by, and adds the squares of `by` to `squares` likewise.
  void (*shift)(float* x, const float* by, std::size_t count, lane_sums& squares);

  /// Whether none of them is infinite or NaN.
  bool (*finite)(const float* x, std::size_t count);
};

/// The variants that this processor can run, the plain one first and the fastest last.
std::span<const sgd_kernels> supported_sgd_kernels();

} // namespace paceline
