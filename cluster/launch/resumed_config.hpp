#pragma once

#include "cluster/config/run_config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace paceline {

/// The configuration that a run folder was made with, with its output.folder and output.name set to where it lies now, and with
/// overrides of what may change on the way.
/// Throws config_errors, or invalid_input where an override would make the saved state meaningless or move the run.
run_config config_of_run(const std::filesystem::path& folder, const std::vector<std::string>& overrides);

} // namespace paceline
