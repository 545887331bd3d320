#include "cluster/report/axis_unit.hpp"

namespace paceline {

axis_unit time_unit(double seconds) {
  constexpr double minute = 60;
  constexpr double hour = 3600;
  if (seconds > 4 * hour)
    return {hour, "h"};
  if (seconds > 10 * minute)
    return {minute, "min"};
  return {1, "s"};
}

axis_unit count_unit(double count) {
  if (count >= 2e7)
    return {1e6, "millions"};
  if (count >= 2e4)
    return {1e3, "thousands"};
  return {1, ""};
}

axis_unit bytes_unit(double bytes) {
  constexpr double kib = 1024;
  if (bytes >= kib * kib * kib * kib)
    return {kib * kib * kib * kib, "TiB"};
  if (bytes >= kib * kib * kib)
    return {kib * kib * kib, "GiB"};
  if (bytes >= kib * kib)
    return {kib * kib, "MiB"};
  return {kib, "KiB"};
}

std::string axis_label(const std::string& words, const axis_unit& unit) {
  return unit.name.empty() ? words : words + " (" + unit.name + ")";
}

} // namespace paceline
