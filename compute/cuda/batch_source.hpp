#pragma once

#include "compute/cuda/operation.hpp"
#include "compute/cuda/picture_store.hpp"
#include "compute/data/batch_loader.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace paceline::cuda {

/// Where a trainer's batches come from: pictures that lie on the device, or ones that are prepared on the host and come over one batch
/// at a time. Both give the same batches. Used by the trainer's thread.
class batch_source {
 public:
  virtual ~batch_source() = default;

  virtual std::uint64_t batches_per_epoch() const = 0;

  /// Puts what the step's batch needs from the host into the queue, its labels to `labels` on the device. What was put for the batch
  /// before must have been read.
  virtual void put(stream& queue, std::uint64_t step, std::int32_t* labels) = 0;

  /// In a batch's place what make_input can read without harm.
  virtual void put_nothing(stream& queue) = 0;

  /// Puts in what makes the network's input of it: the same work each time, for a recording.
  virtual void make_input(stream& queue) = 0;

  /// As the objective's.
  virtual std::chrono::nanoseconds waited() const { return std::chrono::nanoseconds{0}; }
  virtual std::uint64_t replaced() const { return 0; }
};

/// Batches for `input`, the network's. Throws invalid_input as require_batches, device_failure.
std::unique_ptr<batch_source> make_batch_source(stream& queue, const batch_loader_settings& settings,
                                                picture_store& pictures, const activation& input);

} // namespace paceline::cuda
