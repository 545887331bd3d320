#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paceline {

/// "1 step", "2 steps": a count with its noun.
inline std::string count_text(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

} // namespace paceline
