#include "cluster/console/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace paceline {

std::string to_clock_text(std::chrono::nanoseconds duration) {
  const auto seconds =
    std::max<std::chrono::seconds::rep>(0, std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  if (seconds < 3600)
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

} // namespace paceline
