#include "cluster/config/layer_keys.hpp"

namespace paceline {

namespace {

template <std::size_t... Index>
std::vector<layer_kind> every_kind(std::index_sequence<Index...>) {
  return {layer_kind(std::in_place_index<Index>)...};
}

} // namespace

std::vector<std::string> layer_kind_name::names() const {
  std::vector<std::string> names{"convolution", "linear",       "relu",       "max_pool", "dropout",
                                 "flatten",     "average_pool", "batch_norm", "add",      "shortcut"};
  static_assert(std::variant_size_v<layer_kind> == 10, "a layer without a name in files");
  return names;
}

std::optional<layer_kind> layer_kind_name::read(const config_json& found) const {
  const auto kinds = every_kind(std::make_index_sequence<std::variant_size_v<layer_kind>>{});
  const auto known = names();
  for (std::size_t i = 0; i < known.size(); ++i)
    if (found == known[i])
      return kinds[i];
  return std::nullopt;
}

config_json layer_kind_name::write(const layer_kind& kind) const {
  return names()[kind.index()];
}

} // namespace paceline
