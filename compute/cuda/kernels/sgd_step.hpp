#pragma once

#include "compute/cuda/device/launch.hpp"
#include "compute/sgd.hpp"

#include <cstddef>
#include <cstdint>

namespace paceline::cuda {

/// What a step's launch reads from the device's memory, since a recorded launch is the same each time.
struct step_arguments {
  float learning_rate = 0;
  /// On the device, in its order; nullptr for a pull that is not there.
  const float* targets[2] = {nullptr, nullptr};
  float strengths[2] = {0, 0};
};

/// What a step left.
struct step_outcome {
  double loss = 0;
  /// Σ (x − target)² just before each pull.
  double squared_distances[2] = {0, 0};
  /// How many parameters are not finite.
  double broken = 0;
};

/// The vectors of a step, all on the device, of `count` numbers each; what lies behind the first `trained` are buffers.
struct step_vectors {
  std::int64_t count = 0;
  std::int64_t trained = 0;
  float* x = nullptr;
  const float* gradient = nullptr;
  /// nullptr where there is no momentum.
  float* velocity = nullptr;
};

/// The optimiser step of sgd.hpp and both pulls in one pass over memory. Where the loss is not finite nothing is changed. Of
/// `settings` the learning rate is not looked at, `arguments` has it. scratch_doubles(1, 3) of scratch.
void sgd_step(stream& queue, const step_vectors& vectors, const sgd_settings& settings, const step_arguments* arguments,
              const double* loss, reduction_scratch scratch, step_outcome* outcome);

/// A pull alone: x ← x − strength (x − target). The outcome's first distance and `broken` count. `target` and `strength` are the
/// arguments' first.
void pull(stream& queue, std::int64_t count, float* x, const step_arguments* arguments, reduction_scratch scratch,
          step_outcome* outcome);

} // namespace paceline::cuda
