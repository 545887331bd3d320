#pragma once

#include "compute/cuda/kernels/elementwise.hpp"
#include "compute/cuda/operation.hpp"

namespace paceline::cuda {

/// Operations that have nothing of their own but what they read and write.
class simple_operation : public operation {
 public:
  simple_operation(const activation& input, const activation& output, const gradient_target& input_gradient)
    : input_(input), output_(output), input_gradient_(input_gradient) {}

 protected:
  const activation& input_;
  const activation& output_;
  gradient_target input_gradient_;
};

/// A relu_layer that is fused into nothing.
class relu_operation final : public simple_operation {
 public:
  using simple_operation::simple_operation;
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;
};

/// See dropout_layer. `seed` lies on the device.
class dropout_operation final : public simple_operation {
 public:
  dropout_operation(const activation& input, const activation& output, const gradient_target& input_gradient,
                    const dropout_shape& shape, const std::uint64_t* seed)
    : simple_operation(input, output, input_gradient), shape_(shape), seed_(seed) {}
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;

 private:
  dropout_shape shape_;
  const std::uint64_t* seed_;
};

/// See flatten_layer: from channels last to the canonical order, channels first, in which the next layer's weights count.
class flatten_operation final : public simple_operation {
 public:
  using simple_operation::simple_operation;
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;
};

/// See shortcut_layer.
class shortcut_operation final : public simple_operation {
 public:
  shortcut_operation(const activation& input, const activation& output, const gradient_target& input_gradient,
                     std::int64_t stride)
    : simple_operation(input, output, input_gradient), shape_{input.batch, input.sample, output.sample, stride} {}
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;

 private:
  shortcut_shape shape_;
};

/// See add_layer; a relu behind it is fused into it with `rectify`.
class add_operation final : public simple_operation {
 public:
  add_operation(const activation& input, const activation& other, const activation& output,
                const gradient_target& input_gradient, const gradient_target& other_gradient, bool rectify)
    : simple_operation(input, output, input_gradient),
      other_(other),
      other_gradient_(other_gradient),
      rectify_(rectify) {}
  void forward(stream& queue, bool training) override;
  void backward(stream& queue) override;

 private:
  const activation& other_;
  gradient_target other_gradient_;
  bool rectify_;
};

} // namespace paceline::cuda
