#include "cluster/config/model_json.hpp"

#include "cluster/config/config_reader.hpp"
#include "cluster/config/config_writer.hpp"
#include "cluster/config/layer_keys.hpp"
#include "compute/models.hpp"

#include <vector>

namespace paceline {

namespace {

using layer_entry = run_config::model_section::layer_entry;

/// What a model's JSON holds.
struct model_description {
  std::string name;
  feature_shape input;
  std::vector<layer_entry> layers;
};

template <class Archive, class Description>
void describe(Archive& file, Description& d) {
  constexpr integer<std::int64_t> extent{1, layer_keys::most_features};
  file.required("name", d.name, text{});
  file.section("input", [&](auto& s) {
    s.required("channels", d.input.channels, extent);
    s.required("height", d.input.height, extent);
    s.required("width", d.input.width, extent);
  });
  file.items("layers", d.layers, [](auto& l, auto& entry) { layer_keys::describe(l, entry); });
}

[[noreturn]] void throw_misfit(std::string path, std::string sentence) {
  throw config_errors(
    {{.what = config_error::kind::unreadable, .path = std::move(path), .found = std::move(sentence)}});
}

/// Puts layers together; `path` is where their list stands.
model chain_of(const std::string& name, feature_shape input, std::span<const layer_entry> layers,
               const std::string& path) {
  model m(name, input);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      m.append(layers[i].name, layers[i].kind, layers[i].sources);
    } catch (const invalid_input& e) {
      throw_misfit(path_below(path, i), e.what());
    }
  }
  try {
    m.require_all_read();
  } catch (const invalid_input& e) {
    throw_misfit(path, e.what());
  }
  return m;
}

} // namespace

model model_from_config(const run_config& config, feature_shape input, std::int64_t classes) {
  const auto& wanted = config.model;
  if (wanted.layers.empty()) {
    try {
      return make_model(wanted.name, input, classes);
    } catch (const invalid_input& e) {
      throw_misfit("model", e.what());
    }
  }
  auto m = chain_of(wanted.name, input, wanted.layers, "model.layers");
  if (m.output().size() != classes)
    throw config_errors({{.path = "model.layers",
                          .found = std::to_string(m.output().size()) + " outputs of the last layer",
                          .allowed = std::to_string(classes) + ", one for each class of the data"}});
  return m;
}

config_json model_to_json(const model& m) {
  model_description d{m.name(), m.input(), {}};
  const auto layers = m.layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& l = layers[i];
    d.layers.push_back({l.name, l.kind, {.from = l.from == i ? "" : m.name_of(l.from)}});
    if (std::holds_alternative<add_layer>(l.kind))
      d.layers.back().sources.with = m.name_of(l.with);
  }
  config_json json;
  config_writer writer(json);
  describe(writer, std::as_const(d));
  return json;
}

model model_from_json(const config_json& json, const std::string& place) {
  error_list errors(place);
  model_description d;
  config_reader reader(json, "", errors);
  describe(reader, d);
  reader.finish();
  if (errors.errors().empty() && d.input.size() < 1)
    errors.add({.path = "input", .found = "nothing", .allowed = "an object with channels, height and width"});
  errors.throw_if_any();
  try {
    return chain_of(d.name, d.input, d.layers, "layers");
  } catch (const config_errors& misfits) {
    for (const auto& misfit : misfits.errors())
      errors.add(misfit);
    throw config_errors(std::move(errors.errors()));
  }
}

} // namespace paceline
