#include "cluster/files/json_file.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace paceline {

nlohmann::json read_json_or_null(const std::filesystem::path& path) {
  // A folder of that name can be opened, and throws when it is read.
  try {
    auto found = nlohmann::json::parse(std::ifstream(path), nullptr, false);
    return found.is_discarded() ? nlohmann::json() : found;
  } catch (const std::exception&) {
    return {};
  }
}

} // namespace paceline
