#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/config_json.hpp"
#include "cluster/config/run_config.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace paceline {

/// Reads a cluster file and puts `overrides` ("key.path=value", later ones win) into it. Where the file gives no
/// output.name, the run is called as the file. `faults` names a file whose object takes the place of the cluster file's
/// section of that name; empty for none. Throws config_errors that holds everything that is wrong.
run_config load_config(const std::filesystem::path& file, std::span<const std::string> overrides = {},
                       const std::filesystem::path& faults = {});

/// The same from a file's text, which has another source; `place` names it in messages, and output.name stays as it is.
run_config parse_config(std::string_view text, const std::string& place, std::span<const std::string> overrides = {},
                        const std::filesystem::path& faults = {});

/// The same from JSON at hand; `place` names it in messages, and output.name stays as it is.
run_config from_json(const config_json& json, const std::string& place);

/// Every key with its value. from_json gives back the same.
config_json to_json(const run_config& config);

} // namespace paceline
