#pragma once

#include "cluster/config/hyperparameters.hpp"
#include "cluster/config/value_kinds.hpp"
#include "cluster/config/worker_overrides.hpp"

#include <optional>
#include <string>

namespace paceline {

/// A list of numbers, or {"first": NUMBER, "factor": NUMBER}.
struct values_of_workers {
  number each;

  std::optional<worker_values> read(const config_json& found) const;
  config_json write(const worker_values& values) const;
  std::string allowed(const config_json& found) const;
};

namespace worker_keys {

/// What a single worker has for itself.
template <class Archive, class Values>
void describe_one(Archive& s, Values& values) {
  for (const auto& one : hyperparameters()) {
    if constexpr (Archive::reads) {
      std::optional<double> value;
      s.value(one.name, value, optional_of{one.allowed});
      if (value)
        values[one.name] = *value;
    } else if (const auto found = values.find(one.name); found != values.end()) {
      s.value(one.name, found->second, one.allowed);
    }
  }
}

/// The section `workers`.
template <class Archive, class Overrides>
void describe(Archive& s, Overrides& c) {
  for (const auto& one : hyperparameters()) {
    std::optional<worker_values> values;
    if (const auto found = c.of_all.find(one.name); found != c.of_all.end())
      values = found->second;
    s.value(one.name, values, optional_of{values_of_workers{one.allowed}});
    if constexpr (Archive::reads)
      if (values)
        c.of_all[one.name] = *values;
  }
  s.numbered(c.of_one, [](auto& inner, auto& values) { describe_one(inner, values); });
}

} // namespace worker_keys

} // namespace paceline
