#include "cluster/config/config_reader.hpp"

#include "cluster/config/nearest_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace paceline {

config_reader::config_reader(const config_json& node, std::string path, error_list& errors)
  : node_(node), path_(std::move(path)), errors_(errors) {
  if (!node.is_object())
    errors_.add({.path = path_, .found = shown(node), .allowed = "an object: { \"key\": value, ... }"});
}

void config_reader::finish() {
  if (ignores_all_ || !is_object())
    return;
  for (const auto& [key, value] : node_.items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end())
      continue;
    errors_.add({.what = config_error::kind::unknown_key,
                 .path = path_below(path_, key),
                 .found = shown_key(key),
                 .allowed = fmt::format("{}", fmt::join(known_, ", ")),
                 .beside = kind_,
                 .nearest = nearest_key(key, known_)});
  }
}

const config_json* config_reader::take(const std::string& key) {
  known_.push_back(key);
  if (!is_object())
    return nullptr;
  const auto found = node_.find(key);
  return found == node_.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> config_reader::whole_number(const std::string& key) {
  std::uint32_t number = 0;
  const auto* const end = key.data() + key.size();
  const auto [read_to, error] = std::from_chars(key.data(), end, number);
  return error == std::errc{} && read_to == end && std::to_string(number) == key ? std::optional(number) : std::nullopt;
}

std::string config_reader::nearest_name(const config_json& found, const std::vector<std::string>& names) {
  if (!found.is_string())
    return {};
  const auto nearest = nearest_key(found.get_ref<const std::string&>(), names);
  return nearest.empty() ? nearest : shown(nearest);
}

} // namespace paceline
