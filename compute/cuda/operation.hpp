#pragma once

#include "compute/cuda/device/launch.hpp"
#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"
#include "compute/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace paceline::cuda {

/// What flows between operations: values on the way forward, their gradient on the way back, channels last. The memory is the
/// network's.
struct activation {
  std::int64_t batch = 0;
  feature_shape sample;
  value_type type = value_type::fp32;
  void* values = nullptr;
  /// nullptr where no backward pass reaches.
  void* gradient = nullptr;

  std::int64_t size() const { return batch * sample.size(); }
  /// Rows of channels.
  std::int64_t rows() const { return batch * sample.height * sample.width; }
  std::size_t size_bytes() const { return static_cast<std::size_t>(size()) * bytes_of(type); }
};

/// Where an operation's backward pass leaves the gradient of what it read.
struct gradient_target {
  /// nullptr where nobody needs it.
  void* to = nullptr;
  /// Another reader of the same values was there before.
  bool accumulate = false;
};

/// What the operations of a network need only while they run, so that they share it.
struct shared_scratch {
  std::size_t workspace_bytes = 0;
  std::size_t reduction_doubles = 0;
  void* workspace = nullptr;
  reduction_scratch reduction;

  /// While operations are made: that there be as much.
  void need_workspace(std::size_t bytes) { workspace_bytes = std::max(workspace_bytes, bytes); }
  void need_reduction(std::int64_t columns, int sums) {
    reduction_doubles = std::max(reduction_doubles, static_cast<std::size_t>(scratch_doubles(columns, sums)));
  }
};

/// One step of a network's passes. It only puts work into the queue.
class operation {
 public:
  virtual ~operation() = default;

  /// Dropout does nothing outside training, and a batch norm takes its running statistics.
  virtual void forward(stream& queue, bool training) = 0;

  /// From the gradient of what it wrote (which it may change) to the gradients of what it read and of its parameters. Behind a
  /// forward pass for training.
  virtual void backward(stream& queue) = 0;

  /// Bytes on the device that it holds besides activations and parameters.
  virtual std::size_t memory_bytes() const { return 0; }
};

} // namespace paceline::cuda
