#pragma once

#include "compute/cpu/aligned_buffer.hpp"
#include "compute/cpu/convolution_choice.hpp"
#include "compute/cpu/direct/few_channels_kernels.hpp"
#include "compute/cpu/executor.hpp"
#include "compute/cpu/weighted_operation.hpp"
#include "compute/parameter_layout.hpp"

#include <cstdint>
#include <optional>

namespace paceline::cpu::direct {

/// Whether a convolution can be computed so: few channels are read, their gradient is not wanted, and each thread has a picture.
bool is_suitable(const convolution_task& task);

/// A first convolution, which reads the few channels of pictures as they come: all sums that a few pixels or taps need stay in registers.
/// Where only a max-pool of 2x2 reads what it would put out, it puts out what that would, and goes back through the winners alone.
class few_channels_part final : public weighted_part {
 public:
  /// Requires: is_suitable; the input in PyTorch's layout, the output in blocks that a vector divides; both outlive this. `bias`: nullptr
  /// where there is none. Pools where the output's sides are half of the layer's, which have to be even then.
  few_channels_part(executor& runs_on, const layer& l, const convolution_layer& what, const pass_set& passes,
                    const parameter_slice& weight, const parameter_slice* bias, const activation& input,
                    const activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override { return winners_.size_bytes(); }

 private:
  /// What a thread works with, in the executor's room.
  struct desk {
    float* picture;
    float* quads;
    float* rows;
    float* sums;
  };

  desk desk_of(std::int64_t thread) const;
  bool is_pooled() const { return winners_.size() > 0; }
  /// Calls work(desk, picture) for each picture, the thread's own ones one after the other.
  template <class Work>
  void for_each_picture(Work work);
  void pad(std::int64_t picture, float* to) const;
  void pool_rows(const float* rows, std::int64_t picture, std::int64_t row);
  std::int64_t output_plane() const { return output_.layout.pixels() * output_.layout.block; }

  executor& runs_on_;
  pass_set passes_;
  std::int64_t padding_;
  few_channels_shape shape_;
  const few_channels_kernels& kernels_;
  parameter_slice weight_;
  std::optional<parameter_slice> bias_;
  const activation& input_;
  const activation& output_;
  /// As long as the output where it is pooled, else empty.
  aligned_buffer<std::uint8_t> winners_;
  /// Numbers of a desk, and of its parts.
  std::int64_t filters_size_;
  std::int64_t picture_size_;
  std::int64_t quads_size_;
  std::int64_t rows_size_;
  std::int64_t desk_size_;
};

} // namespace paceline::cpu::direct
