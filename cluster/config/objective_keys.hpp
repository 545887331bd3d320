#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/config/value_kinds.hpp"

#include <string>
#include <vector>

namespace paceline {

/// Points of a space: a list of lists of finite numbers.
struct points {
  std::optional<std::vector<std::vector<double>>> read(const config_json& found) const;
  config_json write(const std::vector<std::vector<double>>& values) const { return values; }
  std::string allowed(const config_json&) const {
    return "a list with a point for each worker, such as [[-6, -4], [20, 11]]";
  }
};

namespace objective_keys {

inline const std::vector<std::string>& kinds() {
  static const std::vector<std::string> all{
    "network", "sinc", "double_well", "convex_quadratic", "matrix_completion", "logistic_regression"};
  return all;
}

/// The section `objective`: its kind, and the keys that this kind has.
template <class Archive, class Objective>
void describe(Archive& s, Objective& c) {
  constexpr std::int64_t largest = 1'000'000;
  constexpr number positive{.high = 1e12, .low_open = true};
  s.kind("kind", c.kind, one_of(kinds()));
  if (c.kind == "network")
    return;
  if (c.kind == "matrix_completion") {
    s.value("size", c.matrix.size, integer<std::int64_t>{1, largest});
    s.value("rank", c.matrix.rank, integer<std::int64_t>{1, largest});
  } else if (c.kind == "convex_quadratic") {
    s.value("dimensions", c.quadratic.dimensions, integer<std::int64_t>{1, largest});
    s.value("least_curvature", c.quadratic.least_curvature, positive);
    s.value("greatest_curvature", c.quadratic.greatest_curvature, positive);
  } else if (c.kind == "logistic_regression") {
    s.value("features", c.regression.features, integer<std::int64_t>{1, largest});
    s.value("examples", c.regression.examples, integer<std::size_t>{1, 100'000'000});
    s.value("batch_size", c.regression.batch_size, integer<std::size_t>{0, 100'000'000});
    s.value("l2", c.regression.l2, number{.low = 0, .high = 1e12});
    s.value("noise", c.regression.noise, number{.low = 0, .high = 1});
  }
  if (c.kind != "sinc" && c.kind != "double_well")
    s.value("seed", c.seed, integer<std::uint64_t>{});
  s.value("starts", c.starts, points{});
  s.value("trace", c.trace, integer<std::uint64_t>{0, 1'000'000'000});
}

} // namespace objective_keys
} // namespace paceline
