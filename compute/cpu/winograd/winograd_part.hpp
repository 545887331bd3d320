#pragma once

#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/convolution_choice.hpp"
#include "compute/cpu/executor.hpp"
#include "compute/cpu/weighted_operation.hpp"
#include "compute/cpu/winograd/products.hpp"
#include "compute/cpu/winograd/transforms.hpp"
#include "compute/parameter_layout.hpp"

#include <optional>

namespace paceline::cpu::winograd {

/// Whether a convolution can be computed so: 3x3 or 5x5, stride 1, at least three outputs a side (or two of two inputs, see matrices.hpp).
bool is_suitable(const layer& l, const convolution_layer& c);

/// Requires is_suitable.
tile_size tile_of(const layer& l, const convolution_layer& c);

/// Channels that lie beside each other in the layouts that it reads and writes.
std::int64_t block_of_channels();

/// Passes of a convolution by minimal filtering. Works on a few pictures at a time, so that what is between the transforms and the matrix
/// products stays in the processor's cache. Both gradients together cost less than each alone. Where only a max-pool of 2x2 reads what it
/// would put out, it puts out what that would, and the rest is never in memory.
class winograd_part final : public weighted_part {
 public:
  /// Requires: is_suitable; both activations in blocks of block_of_channels(); they outlive this. `bias`: nullptr where there is none. Pools
  /// where the output's sides are half of the layer's, which have to be even then.
  winograd_part(executor& runs_on, const layer& l, const convolution_layer& what, const pass_set& passes,
                const parameter_slice& weight, const parameter_slice* bias, const activation& input,
                const activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override { return bias_values_.size_bytes() + winners_.size_bytes(); }

 private:
  /// A matrix for each place, in blocks of channels (products.hpp), somewhere in the executor's room.
  struct matrices {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    /// Numbers from block to block, and from place to place; no multiples of the 4096 bytes after which a first-level cache begins anew.
    std::int64_t block_stride = 0;
    std::int64_t stride = 0;
    std::size_t offset = 0;
  };

  matrices new_matrices(std::int64_t rows, std::int64_t columns, std::size_t& floats) const;
  std::int64_t block() const { return geometry_.input.block; }
  /// From that row on, for the block of columns that `column` begins.
  tile_rows rows_of(const matrices& m, std::int64_t row, std::int64_t column) const {
    return {runs_on_.room() + m.offset + column / block() * m.block_stride + row * block(), m.stride};
  }
  blocked_matrix<float> at(const matrices& m, std::int64_t place) const {
    return {runs_on_.room() + m.offset + place * m.stride, m.block_stride};
  }

  /// The matrix of the next place, or so many places on; nothing behind the last one.
  read_ahead ahead(const matrices& m, std::int64_t place, std::int64_t by = 1) const {
    return place + by < transforms_.places ? read_ahead{at(m, place + by).data, m.stride} : read_ahead{};
  }

  std::int64_t tiles_of(std::int64_t pictures) const { return pictures * geometry_.tiles(); }
  /// Calls work(first picture, count) for some pictures at a time.
  template <class Work>
  void for_each_chunk(Work work);
  /// Calls work(plane of the activation, its first channel, tile_rows) for each plane of some pictures.
  template <class Work>
  void for_each_plane(const activation_layout& layout, const matrices& in, std::int64_t first, std::int64_t count,
                      Work work);
  template <class Work>
  void for_each_place(Work work);
  /// Filters of a block of the channels that are read for a block of those that are made, whose first ones these are. `values`: for a
  /// channel and tap a row of the other block.
  struct filter_block {
    std::int64_t from = 0;
    std::int64_t to = 0;
    alignas(64) float values[5 * 5 * 16 * 16];
  };
  /// Calls work(filter_block) for each pair of blocks.
  template <class Work>
  void for_each_filter_block(Work work);
  std::int64_t taps() const { return geometry_.tile.filter * geometry_.tile.filter; }
  void transform_filters(std::span<const float> parameters);
  void transform_turned_filters(std::span<const float> parameters);
  void transform_input(std::int64_t first, std::int64_t count);
  void transform_output(const matrices& products, bool measure, std::int64_t first, std::int64_t count);
  void transform_output_gradient(std::int64_t first, std::int64_t count);
  void write_filter_gradient(std::span<float> gradient);

  executor& runs_on_;
  pass_set passes_;
  geometry geometry_;
  const transforms& transforms_;
  const product_kernel& products_;
  parameter_slice weight_;
  std::optional<parameter_slice> bias_;
  const activation& input_;
  const activation& output_;
  /// Channels that are there.
  std::int64_t read_;
  std::int64_t made_;
  /// Channels with the filling.
  std::int64_t from_;
  std::int64_t to_;
  std::int64_t pictures_at_once_;
  aligned_buffer<float> bias_values_;
  /// As long as the output where it is pooled, else empty.
  aligned_buffer<std::uint8_t> winners_;
  /// In the room.
  /// G g Gᵀ: from x to at each place; the same turned round, for the input's gradient; and its own gradient.
  matrices filters_;
  matrices turned_filters_;
  matrices filter_gradient_;
  /// Bᵀ x B, or its gradient: tiles x from.
  matrices tiles_in_;
  /// The products, or their gradient: tiles x to.
  matrices tiles_out_;
  /// One of both: products take the place of what they are made from where they can, which keeps less in the cache.
  matrices forward_products_;
};

} // namespace paceline::cpu::winograd
