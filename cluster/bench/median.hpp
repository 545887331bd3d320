#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

namespace paceline {

/// The middle value; of an even number the mean of the middle two. Requires at least one.
inline double median(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// How far the median of such values lies from the true one, as one standard deviation: 1.2533 sigma / sqrt(n), the formula for a
/// normal distribution, whose sigma is the distance of the quartiles / 1.349, so that a few wild values do not count. Requires at
/// least one value; 0 for a single one.
inline double standard_error_of_median(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const auto place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
  };
  const auto sigma = (at(0.75) - at(0.25)) / 1.349;
  return 1.2533 * sigma / std::sqrt(static_cast<double>(values.size()));
}

} // namespace paceline
