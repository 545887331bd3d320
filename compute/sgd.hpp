#pragma once

#include "compute/leader_pull.hpp"

#include <cstddef>
#include <span>

namespace paceline {

/// Hyperparameters of SGD in PyTorch's exact semantics (torch.optim.SGD, dampening 0).
struct sgd_settings {
  double learning_rate = 0.1;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
};

/// One optimiser step, fused with up to two pulls in the same pass over memory:
///   x ← x − strength (x − target)        for each pull of the kind with_step, and x ← x + target for each shift, in order
///   d ← g + weight_decay x
///   v ← momentum v + d                   (where momentum is not 0; v starts at 0, so the first step has v = d)
///   d ← d + momentum v with Nesterov, else v
///   x ← x − learning_rate d
///   x ← x − strength (x − target)        for each pull of the kind after_step, in order
/// Writes to `distances[k]` the Euclidean distance ‖x − target‖ just before pull k.
/// The result without pulls is bit for bit that of a call that never had any. Momentum is not touched by pulls.
/// Returns whether every parameter is finite afterwards: a network's loss may hide one that is not (a relu of NaN is 0
/// on some devices).
/// What lies behind the first `trained` numbers are buffers (parameter_layout): for them x ← gradient, then the pulls behind the step; what
/// belongs to the beginning of a step that replaces them passes them by.
/// Requires: x, gradient and every target of one length; `velocity` too, or empty where momentum is 0;
/// distances.size() >= pulls.size().
bool sgd_step(std::span<float> x, std::span<const float> gradient, std::span<float> velocity,
              const sgd_settings& settings, std::span<const leader_pull> pulls, std::span<double> distances,
              std::size_t trained = std::dynamic_extent);

} // namespace paceline
