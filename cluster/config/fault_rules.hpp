#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/run_config.hpp"

namespace paceline {

/// Checks what faults must fulfil together and with the run's nodes. Values in which an error was found are not judged again.
void check_fault_rules(const run_config& config, error_list& errors);

} // namespace paceline
