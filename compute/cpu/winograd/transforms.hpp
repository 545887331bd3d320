#pragma once

#include "compute/cpu/activation_layout.hpp"
#include "compute/cpu/norm_kernels.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace paceline::cpu::winograd {

/// Sides of a tile's outputs and of a filter: 4 and 5, 4 and 3, or, for maps of 2x2 in a padding of one alone, 2 and 3.
struct tile_size {
  std::int64_t outputs = 0;
  std::int64_t filter = 0;
};

/// A convolution of stride 1 as tiles.
struct geometry {
  /// Of equal block.
  activation_layout input;
  activation_layout output;
  std::int64_t padding = 0;
  tile_size tile;

  std::int64_t tiles_down() const { return (output.shape.height + tile.outputs - 1) / tile.outputs; }
  std::int64_t tiles_across() const { return (output.shape.width + tile.outputs - 1) / tile.outputs; }
  /// Of one picture.
  std::int64_t tiles() const { return tiles_down() * tiles_across(); }
};

/// Where tiles lie in the matrices of products.hpp, of which each place of a tile has one: for a block of channels, tile after tile.
struct tile_rows {
  /// First number of the first tile at the first place.
  float* first = nullptr;
  /// Numbers from place to place.
  std::int64_t stride = 0;
};

/// A plane of outputs that only a max-pool of 2x2 reads, side by side with nothing left over: what it puts out, and where each window's
/// highest value lies, as kernels.hpp says it.
struct pooled_plane {
  float* values = nullptr;
  std::uint8_t* winners = nullptr;
};

/// The transforms of matrices.hpp for one size of tiles, compiled for one instruction set; the variants round differently. Planes as
/// in kernels.hpp.
struct transforms {
  std::string_view instruction_set;
  /// Products of a tile.
  std::int64_t places = 0;

  /// Bᵀ x B of every tile of a plane of the input, with x scaled as the plane's numbers say, if not nullptr.
  void (*input)(const geometry& g, const float* plane, const norm_scaling* scaling, const tile_rows& to);

  /// B v Bᵀ, the input's adjoint, summed up in a plane.
  void (*input_adjoint)(const geometry& g, const tile_rows& from, float* plane);

  /// Aᵀ m A + bias, and at least 0 where it rectifies, into a plane of the output. `bias`: a number a channel of the plane. `moments`: where
  /// each channel's mean is to be put, and behind these the sums of squared deviations from it; or nullptr.
  void (*output)(const geometry& g, const tile_rows& from, const float* bias, bool rectify, float* plane,
                 float* moments);

  /// The same, pooled at once. Requires an output of even sides.
  void (*output_pooled)(const geometry& g, const tile_rows& from, const float* bias, bool rectify,
                        const pooled_plane& plane);

  /// A y Aᵀ, the output's adjoint.
  void (*output_adjoint)(const geometry& g, const float* plane, const tile_rows& to);

  /// The same of the gradient that a batch norm behind it has for its input, the output's values.
  void (*output_adjoint_of_norm)(const geometry& g, const float* values, const norm_derivation& norm,
                                 const tile_rows& to);

  /// The same of a pooled plane, where `values` is the gradient of what was put out.
  void (*output_pooled_adjoint)(const geometry& g, const pooled_plane& plane, const tile_rows& to);

  /// G g Gᵀ of `count` filters, as if they were one tile; `filters` holds for each tap a row of them, `tap_stride` numbers apart.
  void (*filter)(const float* filters, std::int64_t tap_stride, std::int64_t count, const tile_rows& to);

  /// Gᵀ u G, its adjoint, the other way.
  void (*filter_adjoint)(const tile_rows& from, std::int64_t count, float* filters, std::int64_t tap_stride);
};

/// The variants that this processor can run, the plain one first and the fastest last.
std::span<const transforms> supported_transforms(const tile_size& tile);

} // namespace paceline::cpu::winograd
