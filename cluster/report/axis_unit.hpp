#pragma once

#include <string>

namespace paceline {

/// The unit in which an axis counts, so that its numbers are short.
struct axis_unit {
  /// How many of the base unit one of it is.
  double size = 1;
  std::string name{};
};

// The unit for an axis that reaches to that value.
axis_unit time_unit(double seconds);
axis_unit count_unit(double count);
axis_unit bytes_unit(double bytes);

/// "training time (min)"; without a unit's name just the words.
std::string axis_label(const std::string& words, const axis_unit& unit);

} // namespace paceline
