#pragma once

#include "compute/cpu/activation_layout.hpp"
#include "compute/dropout_mask.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace paceline::cpu {

/// Max-pooling between two activations of equal block, see activation_layout.
struct pool_geometry {
  activation_layout from;
  activation_layout to;
  std::int64_t kernel = 0;
  std::int64_t stride = 0;
  std::int64_t padding = 0;
};

/// The loops of the CPU backend that oneDNN does not do, compiled for one instruction set. All variants give the same bits.
/// A plane is what one sample has of one block of channels, pixels x block values; a plane's work is one thread's.
struct kernels {
  std::string_view instruction_set;

  /// Fills plane `plane` of `to` with the highest of each window, and `winners` (as long as `to`) with its place there:
  /// row x kernel + column, the first one in reading order.
  void (*pool_forward)(const pool_geometry& g, std::int64_t plane, const float* from, float* to, std::uint8_t* winners);

  /// Fills plane `plane` of `from_gradient`: each value's gradient is the sum over the windows that it won.
  void (*pool_backward)(const pool_geometry& g, std::int64_t plane, const float* to_gradient,
                        const std::uint8_t* winners, float* from_gradient);

  /// x ← max(x, 0). Keeps NaN.
  void (*rectify)(std::span<float> x);

  /// gradient ← gradient where values > 0, else 0.
  void (*rectify_gradient)(std::span<const float> values, std::span<float> gradient);

  /// For block `block` of the channels, over all samples: where `values` is given, the work of rectify_gradient; then
  /// writes to `sums` each channel's sum of the gradient, in double and in the order of memory.
  void (*finish_gradient)(const activation_layout& layout, std::int64_t block, const float* values, float* gradient,
                          std::span<double> sums);

  /// For plane `plane`: x ← x scale or 0 as the mask says, which is written to `kept` as 1 or 0.
  void (*drop)(const activation_layout& layout, std::int64_t plane, const dropout_mask& mask, float scale, float* x,
               std::uint8_t* kept);

  /// gradient ← gradient scale or 0.
  void (*drop_gradient)(float scale, std::span<const std::uint8_t> kept, std::span<float> gradient);
};

/// Places of a window fit the bytes of `winners`.
constexpr std::int64_t largest_pool_kernel = 16;

/// The variants that this processor can run, the plain one first and the fastest last.
std::span<const kernels> supported_kernels();

} // namespace paceline::cpu
