#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/run_config.hpp"

namespace paceline {

/// Checks what several keys of a cluster file must fulfil together, and adds to `errors` what they do not. A rule is left
/// out where one of its keys already has an error.
void check_rules(const run_config& config, error_list& errors);

} // namespace paceline
