#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

/// Reads a number with a unit (ns, us, ms, s, min, h, d): "30s", "10min", "1.5h", "250 ms". Empty where the text is
/// anything else, is negative, or does not fit. Fractions are rounded to the nanosecond.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Writes it in the largest unit of which it is a whole number: 90 s as "90s", 120 s as "2min". parse_duration reads it back
/// exactly. Requires: not negative.
std::string format_duration(std::chrono::nanoseconds duration);

} // namespace paceline
