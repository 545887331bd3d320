#pragma once

#include <algorithm>
#include <cassert>
#include <vector>

namespace paceline {

/// The middle value; of an even number the mean of the middle two. Requires at least one.
inline double median(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

} // namespace paceline
