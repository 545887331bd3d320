#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>

namespace paceline {

/// What a file holds that only adds to what is known elsewhere: null where it is missing, cannot be read, or is no JSON.
nlohmann::json read_json_or_null(const std::filesystem::path& path);

} // namespace paceline
