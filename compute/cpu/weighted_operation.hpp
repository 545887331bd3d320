#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"
#include "compute/parameter_layout.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace paceline::cpu {

/// One way to compute some of the passes of a layer with weights; which ones it is told when it is made.
class weighted_part {
 public:
  virtual ~weighted_part() = default;

  virtual void forward(const forward_arguments&) {}

  /// From the output's finished gradient to that of the weights, that of the input, or both.
  virtual void backward(const backward_arguments&) {}

  /// Bytes that it holds besides the activations and what it shares through the executor.
  virtual std::size_t memory_bytes() const { return 0; }
};

/// A convolution or linear layer, with the relu behind it where there is one: parts that share its passes among them.
class weighted_operation final : public operation {
 public:
  /// `made`: the output's layout as this layer makes it. `bias`: nullptr where the layer has none.
  weighted_operation(executor& runs_on, const activation_layout& made, const parameter_slice* bias, activation& output,
                     std::vector<std::unique_ptr<weighted_part>> parts);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override;

 private:
  executor& runs_on_;
  activation_layout made_;
  std::optional<parameter_slice> bias_;
  activation& output_;
  std::vector<std::unique_ptr<weighted_part>> parts_;
};

} // namespace paceline::cpu
