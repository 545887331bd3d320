#include "compute/sgd_kernels.hpp"

#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

namespace paceline {

namespace {

PACELINE_KERNEL_BODY void step_body(float* __restrict x, const float* __restrict gradient, float* __restrict velocity,
                                    std::size_t count, const sgd_coefficients& how) {
  const auto [learning_rate, momentum, nesterov, weight_decay] = how;
  if (momentum == 0) {
    for (std::size_t i = 0; i < count; ++i)
      x[i] -= learning_rate * (gradient[i] + weight_decay * x[i]);
  } else if (nesterov) {
    for (std::size_t i = 0; i < count; ++i) {
      const float d = gradient[i] + weight_decay * x[i];
      velocity[i] = momentum * velocity[i] + d;
      x[i] -= learning_rate * (d + momentum * velocity[i]);
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      velocity[i] = momentum * velocity[i] + (gradient[i] + weight_decay * x[i]);
      x[i] -= learning_rate * velocity[i];
    }
  }
}

/// Adds the square of what `value` gives for each element.
template <class Value>
PACELINE_KERNEL_BODY void sum_squares(std::size_t count, lane_sums& squares, const Value& value) {
  constexpr std::size_t lanes = std::tuple_size_v<lane_sums>;
  lane_sums sums = squares;
  const auto add_row = [&](std::size_t start, std::size_t width) __attribute__((always_inline)) {
    for (std::size_t lane = 0; lane < width; ++lane) {
      const double difference = value(start + lane);
      sums[lane] += difference * difference;
    }
  };
  const auto whole = count - count % lanes;
  for (std::size_t start = 0; start < whole; start += lanes)
    add_row(start, lanes);
  add_row(whole, count - whole);
  squares = sums;
}

PACELINE_KERNEL_BODY void pull_body(float* __restrict x, const float* __restrict target, std::size_t count,
                                    float strength, lane_sums& squares) {
  sum_squares(
    count, squares, [&](std::size_t i) __attribute__((always_inline)) { return x[i] - target[i]; });
  // The two ends are exact: x − 1 (x − t) would round, and 0 times an overflowed difference is NaN.
  if (strength == 1)
    std::copy_n(target, count, x);
  else if (strength != 0)
    for (std::size_t i = 0; i < count; ++i)
      x[i] -= strength * (x[i] - target[i]);
}

PACELINE_KERNEL_BODY void shift_body(float* __restrict x, const float* __restrict by, std::size_t count,
                                     lane_sums& squares) {
  sum_squares(
    count, squares, [&](std::size_t i) __attribute__((always_inline)) { return by[i]; });
  for (std::size_t i = 0; i < count; ++i)
    x[i] += by[i];
}

/// A float is infinite or NaN where all bits of its exponent are set.
PACELINE_KERNEL_BODY bool finite_body(const float* x, std::size_t count) {
  constexpr std::uint32_t exponent = 0x7f800000;
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i)
    bad |= (std::bit_cast<std::uint32_t>(x[i]) & exponent) == exponent;
  return bad == 0;
}

#define PACELINE_SGD_KERNELS(variant, target)                                                                          \
  target void step_##variant(float* x, const float* gradient, float* velocity, std::size_t count,                      \
                             const sgd_coefficients& how) {                                                            \
    step_body(x, gradient, velocity, count, how);                                                                      \
  }                                                                                                                    \
  target void pull_##variant(float* x, const float* goal, std::size_t count, float strength, lane_sums& squares) {     \
    pull_body(x, goal, count, strength, squares);                                                                      \
  }                                                                                                                    \
  target void shift_##variant(float* x, const float* by, std::size_t count, lane_sums& squares) {                      \
    shift_body(x, by, count, squares);                                                                                 \
  }                                                                                                                    \
  target bool finite_##variant(const float* x, std::size_t count) {                                                    \
    return finite_body(x, count);                                                                                      \
  }                                                                                                                    \
  constexpr sgd_kernels kernels_##variant{#variant, step_##variant, pull_##variant, shift_##variant, finite_##variant};

PACELINE_SGD_KERNELS(portable, )
#ifdef __x86_64__
PACELINE_SGD_KERNELS(avx2, PACELINE_TARGET_AVX2)
PACELINE_SGD_KERNELS(avx512, PACELINE_TARGET_AVX512)
#endif

} // namespace

double distance_of(const lane_sums& squares) {
  double sum = 0;
  for (const auto square : squares)
    sum += square;
  return std::sqrt(sum);
}

std::span<const sgd_kernels> supported_sgd_kernels() {
  static const sgd_kernels all[] = {PACELINE_VARIANTS(kernels_)};
  static const auto supported = runnable_variants(std::span<const sgd_kernels>(all));
  return supported;
}

} // namespace paceline
