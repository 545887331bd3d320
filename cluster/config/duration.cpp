#include "cluster/config/duration.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace paceline {

namespace {

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

/// Largest first.
constexpr std::array units{
  unit{"d", 86'400'000'000'000},
  unit{"h", 3'600'000'000'000},
  unit{"min", 60'000'000'000},
  unit{"s", 1'000'000'000},
  unit{"ms", 1'000'000},
  unit{"us", 1'000},
  unit{"ns", 1},
};

constexpr auto longest = std::numeric_limits<std::int64_t>::max();

std::optional<std::int64_t> whole_number(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

} // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto number_length = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = text.substr(0, number_length);
  auto name = text.substr(number_length);
  if (name.starts_with(' '))
    name.remove_prefix(1);
  for (const auto& u : units) {
    if (u.name != name)
      continue;
    // Whole numbers stay integers, so that every nanosecond survives.
    if (const auto whole = whole_number(number)) {
      if (*whole > longest / u.nanoseconds)
        return std::nullopt;
      return std::chrono::nanoseconds(*whole * u.nanoseconds);
    }
    const auto point = number.find('.');
    if (point == std::string_view::npos || point == 0 || point + 1 == number.size()
        || number.find('.', point + 1) != std::string_view::npos)
      return std::nullopt;
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value, std::chars_format::fixed);
    value *= static_cast<double>(u.nanoseconds);
    // The largest integer rounds up to 2^63 as a double, which is already too much.
    if (!(value < static_cast<double>(longest)))
      return std::nullopt;
    return std::chrono::nanoseconds(std::llround(value));
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  assert(duration.count() >= 0);
  if (duration.count() == 0)
    return "0s";
  for (const auto& u : units)
    if (duration.count() % u.nanoseconds == 0)
      return std::to_string(duration.count() / u.nanoseconds) + std::string(u.name);
  assert(false && "every duration is a whole number of nanoseconds");
  return {};
}

} // namespace paceline
