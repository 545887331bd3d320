#pragma once

#include "cluster/faults/fault_switches.hpp"
#include "compute/trainer.hpp"

#include <chrono>
#include <memory>

namespace paceline {

/// What a worker that lies makes of its loss.
inline constexpr double false_loss_share = 1e-3;

/// A trainer to which happens what its switches say: before a step its parameters become NaN, the loss that a step tells is false,
/// a step takes longer. With all switches off it is `inner`, but that no step takes less than `least_step`.
std::unique_ptr<trainer> make_faulty_trainer(std::unique_ptr<trainer> inner, std::shared_ptr<worker_switches> switches,
                                             std::chrono::nanoseconds least_step);

} // namespace paceline
