#pragma once

#include "compute/cpu/activation_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace paceline::cpu {

struct norm_scaling;
struct norm_derivation;

/// What flows from one operation to the next: values on the way forward, their gradient on the way back. The memory is the network's.
struct activation {
  /// As the next operation reads it.
  activation_layout layout;
  /// Buffers of the network's plan, see network_plan.hpp; a gradient only where a backward pass reaches.
  std::size_t values_buffer = 0;
  std::optional<std::size_t> gradient_buffer;
  std::span<float> values;
  /// Empty where no backward pass reaches.
  std::span<float> gradient;

  /// Where its maker measures the values for a batch norm: for each plane the means of its block's channels, then the sums of their squared
  /// deviations from those.
  std::optional<std::size_t> moments_buffer;
  std::span<float> plane_moments;

  /// Where a batch norm leaves its passes over memory to the convolutions around it: the values are those that it reads, to be scaled so by
  /// who reads them.
  bool scaled_by_reader = false;
  const norm_scaling* scaling = nullptr;
  /// And the gradient is that of what the norm makes; who made the values makes the rest of it so.
  bool derived_by_maker = false;
  const norm_derivation* derivation = nullptr;

  /// Where two operations read the values: that with the other one's gradient, which the maker adds to this one's. Else a fork_operation
  /// does that, or there is one reader.
  const activation* branch = nullptr;

  /// A relu is fused into the operation that makes the values: the gradient is to be zeroed where they are 0.
  bool rectified = false;
  /// The operation that reads the values also does the two things that their maker needs of the gradient: zeroes it where
  /// a fused relu says so, and leaves each channel's sum in `gradient_sums`. A max-pool can do both on its far smaller side.
  bool finished_by_reader = false;
  std::vector<double> gradient_sums;
};

struct forward_arguments {
  std::span<const float> parameters;
  /// Dropout does nothing outside training.
  bool training = false;
  std::uint64_t dropout_seed = 0;
};

struct backward_arguments {
  std::span<const float> parameters;
  std::span<float> gradient;
};

/// One step of a network's passes. Most read one activation and write another; relu and dropout work in place, which no
/// operation's backward pass minds: a linear layer or convolution needs the values that it read, and of those that it wrote
/// only where they are positive; where dropout has changed that, the gradient is zero already.
class operation {
 public:
  virtual ~operation() = default;

  virtual void forward(const forward_arguments& arguments) = 0;

  /// From the gradient of what it wrote to the gradient of what it read and of its parameters.
  virtual void backward(const backward_arguments& arguments) = 0;

  /// Bytes that it holds besides the activations.
  virtual std::size_t memory_bytes() const { return 0; }
};

} // namespace paceline::cpu
