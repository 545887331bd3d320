#pragma once

#include "cluster/launch/training_problem.hpp"
#include "compute/objective.hpp"

#include <functional>
#include <memory>

namespace paceline {

/// A function that is no network on pictures (config.objective). Tests tell its value; nothing is right or wrong.
/// Throws invalid_input where its numbers, or the points to start from, do not fit.
std::shared_ptr<const training_problem> make_objective_problem(const run_config& config);

} // namespace paceline
