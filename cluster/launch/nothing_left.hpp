#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/record/run_folder.hpp"

#include <string>

namespace paceline {

/// For people who resume a run whose budget is used up: that it is, and how to raise it.
std::string nothing_left_text(const run_config& config);

/// Whether all nodes of the run in that folder came to its end, and `config` gives it no other budget than it had.
bool is_over(const run_config& config, const run_folder& folder);

} // namespace paceline
