#pragma once

#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/kernels/pooling.hpp"
#include "compute/cuda/operation.hpp"

namespace paceline::cuda {

/// See max_pool_layer.
class max_pool_operation final : public operation {
 public:
  /// Throws invalid_input where a window has more places than a byte can tell apart.
  max_pool_operation(stream& queue, const max_pool_layer& l, const activation& input, const activation& output,
                     const gradient_target& input_gradient);
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;
  std::size_t memory_bytes() const override { return winners_.size_bytes(); }

 private:
  pool_shape shape_;
  const activation& input_;
  const activation& output_;
  gradient_target input_gradient_;
  /// For each output value which place of its window won.
  device_memory winners_;
};

/// See average_pool_layer.
class average_pool_operation final : public operation {
 public:
  average_pool_operation(const average_pool_layer& l, const activation& input, const activation& output,
                         const gradient_target& input_gradient);
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;

 private:
  pool_shape shape_;
  const activation& input_;
  const activation& output_;
  gradient_target input_gradient_;
};

} // namespace paceline::cuda
