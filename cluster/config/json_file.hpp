#pragma once

#include "cluster/config/config_error.hpp"
#include "cluster/config/config_json.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace paceline {

/// Parses JSON text. A syntax error goes to `errors` with line and column in place of a path, and the result is null; a key
/// given twice in one object goes there too, and the later value counts.
config_json parse_json(std::string_view text, error_list& errors);

/// What a file is to hold, for errors.
struct json_file_kind {
  /// "cluster file".
  std::string name;
  /// The least that it can be.
  std::string example;
};

/// Reads and parses a file; one that cannot be read, is empty or is far too large to be of that kind goes to `errors`.
config_json read_json_file(const std::filesystem::path& file, const json_file_kind& kind, error_list& errors);

} // namespace paceline
