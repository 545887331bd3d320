#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/run_config.hpp"

namespace paceline {

/// What the section `workers` must fulfil beside the others: workers that there are, hyperparameters that the strategy and the
/// optimizer have, values in their ranges.
void check_worker_rules(const run_config& config, error_list& errors);

} // namespace paceline
