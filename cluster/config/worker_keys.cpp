#include "cluster/config/worker_keys.hpp"

#include <fmt/format.h>

namespace paceline {

std::optional<worker_values> values_of_workers::read(const config_json& found) const {
  if (found.is_array()) {
    std::vector<double> list;
    for (const auto& element : found) {
      const auto value = each.read(element);
      if (!value)
        return std::nullopt;
      list.push_back(*value);
    }
    return list;
  }
  if (!found.is_object() || found.size() != 2 || !found.contains("first") || !found.contains("factor"))
    return std::nullopt;
  const auto first = each.read(found["first"]);
  const auto factor = number{.low_open = true}.read(found["factor"]);
  if (!first || !factor)
    return std::nullopt;
  return geometric_values{*first, *factor};
}

config_json values_of_workers::write(const worker_values& values) const {
  if (const auto* list = std::get_if<std::vector<double>>(&values))
    return *list;
  const auto& rule = std::get<geometric_values>(values);
  return {{"first", rule.first}, {"factor", rule.factor}};
}

std::string values_of_workers::allowed(const config_json&) const {
  return fmt::format("a list with {} for each worker, or a rule such as {{\"first\": 0.4, \"factor\": 0.5}}",
                     each.allowed(nullptr));
}

} // namespace paceline
