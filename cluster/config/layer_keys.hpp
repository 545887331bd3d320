#pragma once

#include "cluster/config/value_kinds.hpp"
#include "compute/model.hpp"

#include <string>

namespace paceline {

/// The kind of a layer by its name in files; reading gives that kind with its defaults.
struct layer_kind_name {
  std::optional<layer_kind> read(const config_json& found) const;
  config_json write(const layer_kind& kind) const;
  std::string allowed(const config_json&) const { return one_of_these(names()); }
  /// In the order of layer_kind's alternatives.
  std::vector<std::string> names() const;
};

namespace layer_keys {

// Bounds keep products of extents within 64 bits; no model comes near them.
constexpr std::int64_t most_features = 65536;
constexpr std::int64_t largest_kernel = 1024;

template <class Archive, class Layer>
void describe_fields(Archive& file, Layer& l) {
  using type = std::remove_const_t<Layer>;
  if constexpr (std::is_same_v<type, convolution_layer>) {
    file.required("channels", l.channels, integer<std::int64_t>{1, most_features});
    file.required("kernel", l.kernel, integer<std::int64_t>{1, largest_kernel});
    file.value("stride", l.stride, integer<std::int64_t>{1, largest_kernel});
    file.value("padding", l.padding, integer<std::int64_t>{0, largest_kernel});
    file.value("bias", l.bias, flag{});
  } else if constexpr (std::is_same_v<type, linear_layer>) {
    file.required("features", l.features, integer<std::int64_t>{1, most_features});
  } else if constexpr (std::is_same_v<type, max_pool_layer>) {
    file.required("kernel", l.kernel, integer<std::int64_t>{1, largest_kernel});
    file.value("stride", l.stride, integer<std::int64_t>{0, largest_kernel});
    file.value("padding", l.padding, integer<std::int64_t>{0, largest_kernel});
  } else if constexpr (std::is_same_v<type, average_pool_layer>) {
    file.value("kernel", l.kernel, integer<std::int64_t>{0, largest_kernel});
    file.value("stride", l.stride, integer<std::int64_t>{0, largest_kernel});
  } else if constexpr (std::is_same_v<type, batch_norm_layer>) {
    file.value("momentum", l.momentum, number{.low = 0, .high = 1});
    file.value("epsilon", l.epsilon, number{.low = 0, .high = 1, .low_open = true});
  } else if constexpr (std::is_same_v<type, shortcut_layer>) {
    file.required("channels", l.channels, integer<std::int64_t>{1, most_features});
    file.value("stride", l.stride, integer<std::int64_t>{1, largest_kernel});
  } else if constexpr (std::is_same_v<type, dropout_layer>) {
    file.value("probability", l.probability, number{.low = 0, .high = 1, .high_open = true});
  }
}

/// One layer: Entry has `name`, `kind` and `sources`.
template <class Archive, class Entry>
void describe(Archive& file, Entry& entry) {
  if (!file.required("kind", entry.kind, layer_kind_name{}))
    return file.ignore_all();
  const bool has_parameters = std::holds_alternative<convolution_layer>(entry.kind)
                              || std::holds_alternative<linear_layer>(entry.kind)
                              || std::holds_alternative<batch_norm_layer>(entry.kind);
  if (has_parameters)
    file.required("name", entry.name, text{});
  else
    file.value("name", entry.name, any_text{});
  file.value("from", entry.sources.from, any_text{});
  if (std::holds_alternative<add_layer>(entry.kind))
    file.required("with", entry.sources.with, text{});
  std::visit([&](auto& l) { describe_fields(file, l); }, entry.kind);
}

} // namespace layer_keys

} // namespace paceline
