#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/run_config.hpp"

namespace paceline {

/// Checks what nodes must fulfil together and with the rest of the file; nodes stand as in the file, not sorted. Values in which
/// an error was found are not judged again.
void check_node_rules(const run_config& config, error_list& errors);

} // namespace paceline
