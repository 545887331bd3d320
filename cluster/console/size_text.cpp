#include "cluster/console/size_text.hpp"

#include <fmt/format.h>

namespace paceline {

std::string size_text(double bytes) {
  constexpr double kib = 1024;
  constexpr double mib = 1024 * kib;
  return bytes < mib / 10 ? fmt::format("{:.1f} KiB", bytes / kib) : fmt::format("{:.1f} MiB", bytes / mib);
}

} // namespace paceline
