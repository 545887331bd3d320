#pragma once

#include "compute/objective.hpp"
#include "compute/optimiser.hpp"
#include "compute/trainer.hpp"

#include <memory>

namespace paceline {

/// Trains any objective by any optimiser, with parameters and optimiser state in the host's memory.
/// The parameters start at the objective's random point for `seed`.
std::unique_ptr<trainer> make_host_trainer(std::unique_ptr<objective> goal, const optimiser_settings& settings,
                                           std::uint64_t seed);

} // namespace paceline
