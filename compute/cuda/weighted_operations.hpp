#pragma once

#include "compute/cuda/device/convolution.hpp"
#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device_parameters.hpp"
#include "compute/cuda/operation.hpp"

#include <string>

namespace paceline::cuda {

/// What convolutions and linear layers have in common: weights in the products' type, a bias, a relu that is fused into them.
struct weighted_layer {
  /// Prefix of its parameters.
  std::string name;
  bool rectify = false;
  bool tf32 = false;
  algorithm_choice choice = algorithm_choice::timed;
  activation* input = nullptr;
  activation* output = nullptr;
  gradient_target input_gradient;
};

/// See convolution_layer.
class convolution_operation final : public operation {
 public:
  convolution_operation(stream& queue, const weighted_layer& what, const convolution_layer& l,
                        const convolution_passes& passes, convolution_choices& choices, device_parameters& parameters,
                        shared_scratch& scratch);
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;
  std::size_t memory_bytes() const override { return weight_gradient_.size_bytes(); }

 private:
  weighted_layer what_;
  device_parameters& parameters_;
  shared_scratch& scratch_;
  std::int64_t weights_;
  convolution convolution_;
  /// Of bf16, where products are; parameters' gradients are fp32.
  device_memory weight_gradient_;
};

/// See linear_layer. Y = X Wᵀ + b;  dX = dY W,  dW = dYᵀ X.
class linear_operation final : public operation {
 public:
  linear_operation(const weighted_layer& what, device_parameters& parameters, shared_scratch& scratch);
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;

 private:
  weighted_layer what_;
  device_parameters& parameters_;
  shared_scratch& scratch_;
};

} // namespace paceline::cuda
