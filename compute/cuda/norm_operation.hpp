#pragma once

#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device_parameters.hpp"
#include "compute/cuda/kernels/batch_norm.hpp"
#include "compute/cuda/operation.hpp"

#include <string>

namespace paceline::cuda {

/// See batch_norm_layer; a relu behind it is fused into it with `rectify`.
class norm_operation final : public operation {
 public:
  norm_operation(stream& queue, std::string name, const batch_norm_layer& l, bool rectify, const activation& input,
                 const activation& output, const gradient_target& input_gradient, device_parameters& parameters,
                 shared_scratch& scratch);
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;
  std::size_t memory_bytes() const override { return moments_memory_.size_bytes(); }

 private:
  std::string name_;
  batch_norm_layer layer_;
  norm_shape shape_;
  const activation& input_;
  const activation& output_;
  gradient_target input_gradient_;
  device_parameters& parameters_;
  shared_scratch& scratch_;
  device_memory moments_memory_;
  norm_moments moments_;
};

} // namespace paceline::cuda
