#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace paceline {

/// Each worker's value is the one before it times `factor`.
struct geometric_values {
  double first = 0;
  double factor = 1;

  friend bool operator==(const geometric_values&, const geometric_values&) = default;
};

/// A value for each worker of the run: one by one, in order of groups, or by a rule.
using worker_values = std::variant<std::vector<double>, geometric_values>;

/// Requires that the worker has one.
inline double value_of(const worker_values& values, std::size_t position) {
  if (const auto* list = std::get_if<std::vector<double>>(&values))
    return list->at(position);
  const auto& rule = std::get<geometric_values>(values);
  return rule.first * std::pow(rule.factor, static_cast<double>(position));
}

/// Hyperparameters in which workers differ, by their names (hyperparameters.hpp).
struct worker_overrides {
  /// Of all workers.
  std::map<std::string, worker_values> of_all;
  /// Of single workers, by position over the whole run; they come before those of all.
  std::map<std::uint32_t, std::map<std::string, double>> of_one;

  bool empty() const { return of_all.empty() && of_one.empty(); }
};

} // namespace paceline
