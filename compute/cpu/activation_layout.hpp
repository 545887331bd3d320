#pragma once

#include "compute/model.hpp"

#include <cstdint>
#include <optional>

#include <dnnl.hpp>

namespace paceline::cpu {

/// How activations lie in memory: batch x ⌈channels / block⌉ x pixels x block, channels filled up with zeros. The family
/// holds PyTorch's layout (block 1), oneDNN's nChw8c and nChw16c, and nhwc (block = channels).
struct activation_layout {
  std::int64_t batch = 0;
  feature_shape shape;
  std::int64_t block = 1;

  std::int64_t pixels() const { return shape.height * shape.width; }
  /// Blocks of channels in one sample.
  std::int64_t blocks() const { return (shape.channels + block - 1) / block; }
  /// Values in memory, the filling included.
  std::int64_t size() const { return batch * blocks() * pixels() * block; }
  /// Two for each channel of each sample, the filling included.
  std::int64_t moments_size() const { return 2 * batch * blocks() * block; }

  /// Another view of the same memory: flat vectors in one block instead of one block for each channel, which loops over
  /// blocks handle better.
  activation_layout merged() const {
    return pixels() == 1 && block == 1 ? activation_layout{batch, shape, shape.channels} : *this;
  }

  dnnl::memory::desc descriptor() const;
};

/// The member of the family that this descriptor is; empty where it is none.
std::optional<activation_layout> find_layout(const dnnl::memory::desc& descriptor, std::int64_t batch,
                                             feature_shape shape);

} // namespace paceline::cpu
