#include "compute/layer_readers.hpp"

#include <variant>

namespace paceline {

namespace {

bool is_add(const layer& l) {
  return std::holds_alternative<add_layer>(l.kind);
}

bool has_rectifier(const layer& l) {
  return std::holds_alternative<convolution_layer>(l.kind) || std::holds_alternative<linear_layer>(l.kind)
         || std::holds_alternative<batch_norm_layer>(l.kind) || is_add(l);
}

} // namespace

layer_readers::layer_readers(const model& m) : model_(m), counts_(m.layers().size() + 1) {
  for (const auto& l : m.layers()) {
    ++counts_[l.from];
    if (is_add(l))
      ++counts_[l.with];
  }
}

const layer* layer_readers::only_reader(std::size_t index) const {
  const auto layers = model_.layers();
  const auto place = index + 1;
  if (place == layers.size() || counts_[place] != 1)
    return nullptr;
  const auto& next = layers[place];
  return next.from == place || (is_add(next) && next.with == place) ? &next : nullptr;
}

bool layer_readers::can_rectify(std::size_t layer) const {
  const auto* reader = only_reader(layer);
  return reader != nullptr && std::holds_alternative<relu_layer>(reader->kind) && has_rectifier(model_.layers()[layer]);
}

std::optional<std::size_t> layer_readers::summed_with(std::size_t layer) const {
  const auto* reader = only_reader(layer);
  if (reader == nullptr || !is_add(*reader))
    return std::nullopt;
  return reader->from == layer + 1 ? reader->with : reader->from;
}

bool layer_readers::is_quartered(std::size_t layer) const {
  const auto* reader = only_reader(layer);
  const auto* pool = reader == nullptr ? nullptr : std::get_if<max_pool_layer>(&reader->kind);
  const auto& map = model_.layers()[layer].output;
  return pool != nullptr && pool->kernel == 2 && pool->stride == 2 && pool->padding == 0 && map.height % 2 == 0
         && map.width % 2 == 0;
}

} // namespace paceline
