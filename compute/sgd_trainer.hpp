#pragma once

#include "compute/objective.hpp"
#include "compute/sgd.hpp"
#include "compute/trainer.hpp"

#include <memory>

namespace paceline {

/// Trains any objective by SGD: gradient at the current parameters, then one fused step-and-pull.
/// The parameters start at the objective's random point for `seed`.
std::unique_ptr<trainer> make_sgd_trainer(std::unique_ptr<objective> goal, const sgd_settings& settings,
                                          std::uint64_t seed);

} // namespace paceline
