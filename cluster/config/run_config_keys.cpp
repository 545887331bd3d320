#include "cluster/config/run_config_keys.hpp"

#include "compute/models.hpp"

namespace paceline {

std::vector<std::string> known_model::names() const {
  const auto names = model_names();
  return {names.begin(), names.end()};
}

std::optional<std::string> known_model::read(const config_json& found) const {
  return one_of(names()).read(found);
}

} // namespace paceline
