#pragma once

#include "compute/cpu/activation_layout.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace paceline::cpu::direct {

/// A convolution of few channels, as its kernels see it: the picture is padded already.
struct few_channels_shape {
  std::int64_t channels = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  /// Of the padded picture.
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// What the convolution makes, in blocks of channels, before any pool.
  activation_layout made;

  std::int64_t taps() const { return channels * kernel * kernel; }
  std::int64_t picture_size() const { return channels * height * width; }
  /// Channels that are made, with the filling.
  std::int64_t columns() const { return made.blocks() * made.block; }
};

/// Some rows of what is made of one picture: planes of the blocks of channels, so many numbers apart.
template <class T>
struct planes {
  T* data = nullptr;
  std::int64_t stride = 0;
};

/// The loops, compiled for one instruction set; the variants round differently. Filters and their gradients are taps x columns, taps in
/// PyTorch's order.
struct few_channels_kernels {
  std::string_view instruction_set;

  /// Output rows [first, first + rows) of a picture: the sum over taps plus bias, and at least 0 where it rectifies.
  void (*forward)(const few_channels_shape& s, const float* picture, const float* filters, const float* bias,
                  bool rectify, std::int64_t first, std::int64_t rows, const planes<float>& to);

  /// Adds to `sums` the filters' gradient of one picture, from the gradient of all that is made.
  void (*add_gradient)(const few_channels_shape& s, const float* picture, const planes<const float>& gradient,
                       float* sums);

  /// The same where a max-pool of 2x2 follows: from the gradient of what that puts out, and the places of its winners (kernels.hpp), at
  /// the same distances. `quads`: quads_size(s) numbers, see fill_quads.
  void (*add_pooled_gradient)(const few_channels_shape& s, const float* quads, const planes<const float>& gradient,
                              const std::uint8_t* winners, float* sums);
};

/// For each place of the padded picture the four values that a tap meets there in one window of the pool, in the order of its places.
void fill_quads(const few_channels_shape& s, const float* picture, float* quads);

/// With room for the widest vector that begins at the last place.
inline std::int64_t quads_size(const few_channels_shape& s) {
  return 4 * s.picture_size() + 16;
}

/// The variants that this processor can run, the plain one first and the fastest last.
std::span<const few_channels_kernels> supported_few_channels_kernels();

} // namespace paceline::cpu::direct
