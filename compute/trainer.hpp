#pragma once

#include "compute/device_copy.hpp"
#include "compute/leader_pull.hpp"
#include "compute/optimiser.hpp"
#include "compute/parameter_layout.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace paceline {

/// What a worker needs to go on exactly where it stopped. Everything else follows from the run's seed and `steps`.
struct trainer_state {
  std::uint64_t steps = 0;
  std::vector<float> parameters;
  optimiser_state optimiser;
};

/// Throws invalid_input where a state has not so many numbers each: it is of another model or optimiser.
void require_lengths(const trainer_state& state, std::size_t parameters, std::size_t velocity,
                     std::size_t second_moment = 0);

/// What one step did.
struct step_result {
  /// Mean loss over the step's batch, taken before the update.
  double loss = 0;
  /// Whether every parameter is finite after the step. A loss can be finite and yet the parameters are not.
  bool finite = true;
  /// Distances to the targets of the pulls, in the order in which they were given.
  double pull_distances[2] = {0, 0};
};

/// What a copy of a trainer's parameters brings beside the numbers.
struct parameter_copy {
  /// Steps that had been made.
  std::uint64_t steps = 0;
  /// nullptr where the device keeps none.
  std::shared_ptr<const device_copy> on_device;
};

/// Tells the pulls of a step, at most two; their targets stay as they are until the step has returned. An empty one has none.
using pull_source = std::function<std::span<const leader_pull>()>;

/// One worker's training on one device: parameters, optimiser state, data. The only thing a compute actor drives.
/// Not thread-safe, but for try_copy_parameters: made, used and destroyed on one thread.
class trainer {
 public:
  virtual ~trainer() = default;

  virtual const parameter_layout& layout() const = 0;

  /// One training step, then the pulls, fused where the device can. They are asked for once, when the gradient is there (or, on
  /// a device that must not wait for its host, on its way): what a leader published while it was computed pulls in this step, not one later.
  /// Where the loss is not finite nothing is updated, pulls that were asked for are not applied, and the step is counted all the same.
  virtual step_result step(const pull_source& pulls) = 0;

  // A step in two halves, for workers that average their gradients, or whose steps take as long as they are told to. Nothing else may be
  // asked in between but copies and probes. All throw std::logic_error where the device makes steps in one go.

  /// Computes the gradient of the step's batch. Returns the loss.
  virtual double begin_step();

  /// That gradient, as long as the layout; there until the step is finished.
  virtual std::span<const float> gradient() const;

  /// Updates by it, as step does.
  virtual step_result finish_step(const pull_source& pulls);

  /// Updates by another gradient in its place. Nothing is updated where that is not finite.
  virtual step_result finish_step_by(std::span<const float> gradient);

  /// One pull alone, between steps. Returns the distance to its target before it.
  virtual double pull(const leader_pull& toward) = 0;

  /// Steps made, those before a resume included.
  virtual std::uint64_t steps() const = 0;

  virtual std::uint64_t steps_per_epoch() const = 0;

  virtual std::chrono::nanoseconds waited_for_data() const = 0;

  /// See objective.
  virtual std::uint64_t replaced_pictures() const = 0;

  virtual double learning_rate() const = 0;
  virtual void set_learning_rate(double rate) = 0;

  /// Copies the parameters in canonical order. Requires out.size() == layout().size().
  virtual void copy_parameters(std::span<float> out) const = 0;

  /// The same from any thread, also in the midst of a step: the parameters as the last whole step left them, and a copy on the device for
  /// others there. Returns nothing where they are being changed just now. Who is to change them waits for a copy's end.
  virtual std::optional<parameter_copy> try_copy_parameters(std::span<float> out) const = 0;

  /// Replaces the parameters and starts with fresh optimiser state; the step count goes on.
  virtual void adopt(std::span<const float> parameters) = 0;

  /// Loss of somebody's parameters on the objective's probe batch; NaN where one of them is not finite. The worker's own
  /// training goes on as if nothing had been asked. Requires parameters.size() == layout().size().
  virtual double probe_loss(std::span<const float> parameters) = 0;

  virtual trainer_state save() const = 0;

  /// Throws invalid_input where the state is of another model or optimiser; then nothing has changed.
  virtual void restore(const trainer_state& state) = 0;
};

} // namespace paceline
