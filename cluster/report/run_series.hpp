#pragma once

#include "cluster/report/run_data.hpp"

#include <string>
#include <vector>

namespace paceline {

/// Runs whose configurations differ in nothing but `seed` and `output`: the seeds of one series.
struct run_series {
  /// The values in which it differs from the other series ("strategy.kind=lsgd"), without sections and needless ones where that is too
  /// long for a legend; the run's name where there is no other series.
  std::string name{};
  /// At least one; by seed.
  std::vector<run_data> runs{};
};

/// A key of the configuration in which series differ.
struct config_difference {
  std::string key{};
  /// One a series, as JSON.
  std::vector<std::string> values{};
};

/// Groups runs into series, in the order in which their first runs were given, and names them; no two have one name.
std::vector<run_series> series_of(std::vector<run_data> runs);

/// The keys that are not the same in all series, in the order of the documentation; lists count as one value.
std::vector<config_difference> differences_between(const std::vector<run_series>& series);

} // namespace paceline
