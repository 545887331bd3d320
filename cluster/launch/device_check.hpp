#pragma once

#include "cluster/config/run_config.hpp"

namespace paceline {

/// Throws invalid_input, which names the key, where a process of this machine is to compute on a GPU that cannot be used here. What other
/// hosts have is not looked at.
void require_devices(const run_config& config);

/// The file as the first process of this machine goes by it, with that one's device; where there is none, on the CPU.
run_config as_run_here(const run_config& config);

} // namespace paceline
