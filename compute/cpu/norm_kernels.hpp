#pragma once

#include "compute/cpu/activation_layout.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace paceline::cpu {

/// A batch norm's forward pass as one multiply and add a channel, y = scale x + shift, and max(y, 0) where it rectifies. Both hold
/// a number for each channel, the filling included (where they are 0). Of a residual sum `added` are the other values, as many as x.
struct norm_scaling {
  const float* scale = nullptr;
  const float* shift = nullptr;
  bool rectify = false;
  const float* added = nullptr;

  /// That of the channels from this one on, without what is added.
  norm_scaling from_channel(std::int64_t channel) const { return {scale + channel, shift + channel, rectify}; }
};

/// A batch norm's way back to its input x: by_gradient g + by_x x + constant, with numbers for each channel and g as in gradient_sums below.
struct norm_derivation {
  const float* y_gradient = nullptr;
  norm_scaling scaling;
  const float* by_gradient = nullptr;
  const float* by_x = nullptr;
  const float* constant = nullptr;

  /// That of the plane whose values and channels begin there.
  norm_derivation from(std::int64_t value, std::int64_t channel) const {
    return {y_gradient + value, scaling.from_channel(channel), by_gradient + channel, by_x + channel,
            constant + channel};
  }
};

/// The loops of batch norm and residual sums, compiled for one instruction set. All variants give the same bits. Planes and blocks as
/// in kernels.hpp. What is summed over a batch is summed in float over one picture at most, then in double.
struct norm_kernels {
  std::string_view instruction_set;

  /// For block `block`: each channel's mean and biased variance.
  void (*moments)(const activation_layout& layout, std::int64_t block, const float* x, std::span<double> means,
                  std::span<double> variances);

  /// Fills plane `plane` of y.
  void (*scale)(const activation_layout& layout, std::int64_t plane, const float* x, const norm_scaling& how, float* y);

  /// For block `block`: each channel's sum of g and of g (x − mean), where g is y's gradient, or 0 where y was rectified. Here and in
  /// `gradient` nothing is added to y.
  void (*gradient_sums)(const activation_layout& layout, std::int64_t block, const float* x, const float* y_gradient,
                        const norm_scaling& how, const float* mean, std::span<double> sums, std::span<double> products);

  /// The same where g is to be kept in place of y's gradient: with `more` (or nullptr) added, and 0 where y (nullptr where it is not
  /// rectified) says so.
  void (*finished_gradient_sums)(const activation_layout& layout, std::int64_t block, const float* x, const float* y,
                                 const float* more, float* y_gradient, const float* mean, std::span<double> sums,
                                 std::span<double> products);

  /// Fills plane `plane` of x's gradient.
  void (*gradient)(const activation_layout& layout, std::int64_t plane, const float* x, const norm_derivation& how,
                   float* x_gradient);

  /// sum ← a + b, and max(sum, 0) where it rectifies.
  void (*add)(std::span<const float> a, std::span<const float> b, bool rectify, std::span<float> sum);
};

/// The variants that this processor can run, the plain one first and the fastest last.
std::span<const norm_kernels> supported_norm_kernels();

} // namespace paceline::cpu
