#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"

namespace paceline::cpu {

/// A relu that could not be fused into what comes before it. In place.
class relu_operation final : public operation {
 public:
  relu_operation(executor& runs_on, activation& data) : runs_on_(runs_on), data_(data) {}

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  executor& runs_on_;
  activation& data_;
};

/// In place.
class dropout_operation final : public operation {
 public:
  /// `index` is the layer's place in its model, from 0.
  dropout_operation(executor& runs_on, const dropout_layer& what, std::size_t index, activation& data);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override { return kept_.size_bytes(); }

 private:
  executor& runs_on_;
  double probability_;
  std::size_t index_;
  activation& data_;
  aligned_buffer<std::uint8_t> kept_;
};

class pool_operation final : public operation {
 public:
  /// Requires `output` to have the block of `input`. Finishes the input's gradient for its maker where it can.
  pool_operation(executor& runs_on, const max_pool_layer& what, activation& input, activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;
  std::size_t memory_bytes() const override { return winners_.size_bytes(); }

 private:
  executor& runs_on_;
  pool_geometry geometry_;
  activation& input_;
  activation& output_;
  aligned_buffer<std::uint8_t> winners_;
};

/// Copies to another layout.
class reorder_operation final : public operation {
 public:
  reorder_operation(executor& runs_on, const activation& input, const activation& output);

  void forward(const forward_arguments& arguments) override;
  void backward(const backward_arguments& arguments) override;

 private:
  executor& runs_on_;
  bound_primitive values_;
  bound_primitive gradient_;
};

} // namespace paceline::cpu
