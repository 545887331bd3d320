#include "cluster/config/objective_keys.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paceline {

std::optional<std::vector<std::vector<double>>> points::read(const config_json& found) const {
  const auto is_number = [](const config_json& value) {
    // Parameters have 32 bits.
    return value.is_number() && std::abs(value.get<double>()) <= std::numeric_limits<float>::max();
  };
  const auto is_point = [&](const config_json& value) {
    return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_number);
  };
  if (!found.is_array() || !std::all_of(found.begin(), found.end(), is_point))
    return std::nullopt;
  return found.get<std::vector<std::vector<double>>>();
}

} // namespace paceline
