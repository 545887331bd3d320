#pragma once

#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"
#include "compute/cpu/winograd/products.hpp"
#include "compute/cpu/winograd/transforms.hpp"
#include "compute/parameter_layout.hpp"

#include <optional>

namespace paceline::cpu::winograd {

/// Whether a convolution can be computed so, and is worth it: 3x3 or 5x5, stride 1, at least one whole tile of outputs, channels for at
/// least one vector and, where the filter is 3x3, so few that the transforms of the filters stay small.
bool is_suitable(const layer& l, const convolution_layer& c);

/// Channels that lie beside each other in the layouts that it reads and writes.
std::int64_t block_of_channels();

/// A 3x3 or 5x5 convolution by minimal filtering, with the relu behind it where there is one. Works on a few pictures at a time, so that what is
/// between the transforms and the matrix products stays in the processor's cache.
class winograd_operation final : public operation {
 public:
  /// Requires: is_suitable; both activations in blocks of block_of_channels(); they outlive this. `bias`: nullptr where there is none.
  winograd_operation(executor& runs_on, const convolution_layer& what, const parameter_slice& weight,
                     const parameter_slice* bias, const activation& input, activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override;

 private:
  /// A matrix for each place, in memory of its own.
  struct matrices {
    matrices(std::int64_t places, std::int64_t rows, std::int64_t columns);
    operator place_matrices() const { return {memory.data(), columns, stride}; }
    row_matrix<float> at(std::int64_t place) const { return {memory.data() + place * stride, columns}; }

    std::int64_t columns;
    /// Not a power of two: places of equal row and column would else share a few lines of the cache.
    std::int64_t stride;
    aligned_buffer<float> memory;
  };

  std::int64_t tiles_of(std::int64_t pictures) const { return pictures * geometry_.tiles(); }
  /// Calls work(first picture, count) for some pictures at a time.
  template <class Work>
  void for_each_chunk(Work work);
  /// Calls work(plane of the activation, tile_rows) for each plane of some pictures.
  template <class Work>
  void for_each_plane(const activation_layout& layout, const matrices& in, std::int64_t first, std::int64_t count,
                      Work work);
  template <class Work>
  void for_each_place(Work work);
  /// Into `to`, in rows of the channels that are read, or of those that are made.
  void transform_filters(std::span<const float> parameters, const matrices& to, bool rows_are_read);
  void transform_input(std::int64_t first, std::int64_t count);
  void write_filter_gradient(std::span<float> gradient);

  executor& runs_on_;
  std::int64_t filter_;
  const transforms& transforms_;
  const product_kernel& products_;
  geometry geometry_;
  parameter_slice weight_;
  std::optional<parameter_slice> bias_;
  const activation& input_;
  activation& output_;
  /// Channels with the filling.
  std::int64_t from_;
  std::int64_t to_;
  std::int64_t pictures_at_once_;
  /// Filters, or their gradient, as taps x from x to, or taps x to x from.
  aligned_buffer<float> taps_;
  aligned_buffer<float> bias_values_;
  /// G g Gᵀ: from x to at each place; the same turned round, for the input's gradient; and its own gradient.
  matrices filters_;
  std::optional<matrices> turned_filters_;
  std::optional<matrices> filter_gradient_;
  /// Bᵀ x B, or its gradient: tiles x from.
  matrices tiles_in_;
  /// The products, or their gradient: tiles x to.
  matrices tiles_out_;
};

} // namespace paceline::cpu::winograd
