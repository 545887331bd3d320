#include "cluster/config/override.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace paceline {

namespace {

/// One step down: into an object by key, or into a list by index.
using path_step = std::variant<std::string, std::size_t>;

/// Takes "layers[2][0]" apart. Empty where brackets are not whole or a key is missing.
std::optional<std::vector<path_step>> steps_of_element(std::string_view element) {
  const auto bracket = std::min(element.find('['), element.size());
  if (bracket == 0)
    return std::nullopt;
  std::vector<path_step> steps{std::string(element.substr(0, bracket))};
  auto rest = element.substr(bracket);
  while (!rest.empty()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
    if (rest.front() != '[' || error != std::errc{} || end == rest.data() + rest.size() || *end != ']')
      return std::nullopt;
    steps.emplace_back(index);
    rest.remove_prefix(static_cast<std::size_t>(end + 1 - rest.data()));
  }
  return steps;
}

std::optional<std::vector<path_step>> steps_of_path(std::string_view path) {
  std::vector<path_step> steps;
  while (true) {
    const auto dot = path.find('.');
    const auto element = steps_of_element(path.substr(0, dot));
    if (!element)
      return std::nullopt;
    steps.insert(steps.end(), element->begin(), element->end());
    if (dot == std::string_view::npos)
      return steps;
    path.remove_prefix(dot + 1);
  }
}

/// JSON where it is that, else text; empty where it is no UTF-8.
std::optional<config_json> parse_value(const std::string& text) {
  auto value = config_json::parse(text, nullptr, false);
  if (!value.is_discarded())
    return value;
  try {
    static_cast<void>(config_json(text).dump());
  } catch (const config_json::type_error&) {
    return std::nullopt;
  }
  return text;
}

class override_writer {
 public:
  override_writer(config_json& root, error_list& errors) : root_(root), errors_(errors) {}

  void apply(const std::string& option) {
    const auto equals = option.find('=');
    const auto steps =
      equals == std::string::npos ? std::nullopt : steps_of_path(std::string_view(option).substr(0, equals));
    origin_ = "--set " + shown_option(option);
    if (!steps)
      return fail({}, shown(option), "key.path=value, such as strategy.period_group=16");
    auto value = parse_value(option.substr(equals + 1));
    if (!value)
      return fail(option.substr(0, equals), "bytes that are no UTF-8", "JSON or text");

    const auto before = root_;
    auto* node = &root_;
    std::string path;
    for (const auto& step : *steps) {
      node = std::visit([&](const auto& s) { return descend(*node, path, s); }, step);
      if (node == nullptr) {
        // What was made on the way would only be found wrong once more.
        root_ = before;
        return;
      }
    }
    *node = std::move(*value);
    errors_.set_origin(path, origin_);
  }

 private:
  config_json* descend(config_json& node, std::string& path, const std::string& key) {
    if (!node.is_object()) {
      node = config_json::object();
      errors_.set_origin(path, origin_);
    }
    path = path_below(path, key);
    if (!node.contains(key))
      errors_.set_origin(path, origin_);
    return &node[key];
  }

  config_json* descend(config_json& node, std::string& path, std::size_t index) {
    if (!node.is_array() || index >= node.size()) {
      fail(path, fmt::format("index {}", index),
           node.is_array() && !node.empty() ? fmt::format("an index from 0 to {}", node.size() - 1)
                                            : "no index, since the file has no list here");
      return nullptr;
    }
    path = path_below(path, index);
    return &node[index];
  }

  void fail(std::string path, std::string found, std::string allowed) {
    errors_.add({.place = origin_, .path = std::move(path), .found = std::move(found), .allowed = std::move(allowed)});
  }

  /// The option as it was typed, but of reasonable length.
  static std::string shown_option(const std::string& option) { return shortened(option, 120); }

  config_json& root_;
  error_list& errors_;
  std::string origin_;
};

} // namespace

void apply_overrides(config_json& root, std::span<const std::string> overrides, error_list& errors) {
  override_writer writer(root, errors);
  for (const auto& option : overrides)
    writer.apply(option);
}

} // namespace paceline
