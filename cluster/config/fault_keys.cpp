#include "cluster/config/fault_keys.hpp"

#include <algorithm>

namespace paceline {

choice<fault_kind> fault_kind_name() {
  choice<fault_kind> names;
  for (const auto kind : all_fault_kinds)
    names.options.emplace_back(to_string(kind), kind);
  return names;
}

std::optional<std::vector<fault_kind>> fault_kind_list::read(const config_json& found) const {
  if (!found.is_array())
    return std::nullopt;
  std::vector<fault_kind> kinds;
  for (const auto& element : found) {
    const auto kind = fault_kind_name().read(element);
    if (!kind || std::find(kinds.begin(), kinds.end(), *kind) != kinds.end())
      return std::nullopt;
    kinds.push_back(*kind);
  }
  return kinds;
}

config_json fault_kind_list::write(const std::vector<fault_kind>& kinds) const {
  auto names = config_json::array();
  for (const auto kind : kinds)
    names.push_back(to_string(kind));
  return names;
}

std::string fault_kind_list::allowed(const config_json&) const {
  return "a list of names, none twice, each " + one_of_these(fault_kind_name().names());
}

std::optional<worker_id> worker_name::read(const config_json& found) const {
  return found.is_string() ? worker_id_from_text(found.get_ref<const std::string&>()) : std::nullopt;
}

std::optional<std::string> victim_name::read(const config_json& found) const {
  return found == "" ? std::optional<std::string>("") : node_name{}.read(found);
}

} // namespace paceline
