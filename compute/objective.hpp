#pragma once

#include "compute/parameter_layout.hpp"

#include <chrono>
#include <cstdint>
#include <span>

namespace paceline {

/// What a worker minimises: the interface that an embedder implements for a model of their own.
/// Owned and called by one compute actor, on that actor's thread only, from the first call to the destructor.
/// A call that throws fails that worker only.
class objective {
 public:
  virtual ~objective() = default;

  virtual const parameter_layout& layout() const = 0;

  /// Writes a random starting point. Equal seeds give equal points.
  virtual void initialise(std::span<float> parameters, std::uint64_t seed) const = 0;

  /// Returns the loss of the batch that belongs to `step` and overwrites `gradient` with its gradient.
  /// The same step always sees the same batch (and dropout masks): that alone makes resumed runs exact.
  /// Steps come in rising order, mostly one after the other.
  virtual double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient,
                                   std::uint64_t step) = 0;

  /// Loss of any parameters on one batch that is the same for all workers and at all times (no augmentation, no dropout): by it a
  /// worker checks what another one claims. Changes nothing that training depends on.
  virtual double probe_loss(std::span<const float> parameters) = 0;

  /// Steps in one epoch over this worker's data; 0 where the notion makes no sense.
  virtual std::uint64_t steps_per_epoch() const { return 0; }

  /// Time that loss_and_gradient has spent waiting for data since the start.
  virtual std::chrono::nanoseconds waited_for_data() const { return std::chrono::nanoseconds{0}; }

  /// Examples since the start that could not be read, so that others stood in their places.
  virtual std::uint64_t replaced_pictures() const { return 0; }
};

} // namespace paceline
