#include "cluster/config/run_config_json.hpp"

#include "cluster/config/config_reader.hpp"
#include "cluster/config/config_writer.hpp"
#include "cluster/config/json_file.hpp"
#include "cluster/config/nodes.hpp"
#include "cluster/config/override.hpp"
#include "cluster/config/run_config_keys.hpp"
#include "cluster/config/run_config_rules.hpp"

#include <fmt/format.h>

namespace paceline {

namespace {

/// What networks for photographs take, torchvision's say.
constexpr std::int64_t photograph_crop = 224;

/// The last key of a path.
std::string_view last_key(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

/// The path in a complete cluster file that ends in `key`; empty where there is none.
std::string path_of_key(const config_json& node, const std::string& path, std::string_view key) {
  for (const auto& [name, value] : node.items()) {
    const auto here = path_below(path, name);
    if (name == key)
      return here;
    if (const auto below = value.is_object() ? path_of_key(value, here, key) : ""; !below.empty())
      return below;
  }
  return {};
}

/// A key that is unknown where it stands may be known elsewhere: "momentum" belongs to "optimizer.momentum".
void suggest_other_sections(error_list& errors) {
  const auto complete = to_json(run_config{});
  for (auto& error : errors.errors())
    if (error.what == config_error::kind::unknown_key && error.nearest.empty() && error.beside.empty())
      error.nearest = path_of_key(complete, "", last_key(error.path));
}

/// The inner optimiser of its paper.
constexpr optimiser_settings usual_for_diloco{
  .kind = optimiser_kind::adamw, .learning_rate = 4e-4, .weight_decay = 0.1, .clip = 1};

/// A function has neither a model nor data.
void require_one_task(const config_json& json, const run_config& config, error_list& errors) {
  for (const auto* section : {"model", "data"})
    if (!config.objective.is_network() && json.contains(section) && errors.is_clean("objective"))
      errors.add({.path = "objective.kind",
                  .found = fmt::format("\"{}\" next to {}", config.objective.kind, section),
                  .allowed = fmt::format("no {}, which only \"network\" has", section)});
}

run_config read(const config_json& json, error_list& errors) {
  run_config config;
  config_reader reader(json, "", errors);
  run_config_keys::describe(reader, config);
  reader.finish();
  if (!json.is_object())
    return config;
  if (!config.model.layers.empty() && !json.at("model").contains("name"))
    config.model.name = "custom";
  if (config.strategy.kind == "diloco" && !json.contains("optimizer"))
    config.optimizer = usual_for_diloco;
  require_one_task(json, config, errors);
  if (config.data.kind == "image_folder" && !json.at("data").contains("crop"))
    config.data.augment.crop = photograph_crop;
  const bool counts_groups = json.contains("groups") && json["groups"].is_object() && json["groups"].contains("count");
  if (!config.nodes.empty() && !counts_groups)
    config.groups.count = groups_of(config.nodes);
  suggest_other_sections(errors);
  check_rules(config, errors);
  // Only now: errors name nodes by their places in the file.
  sort_nodes(config.nodes);
  return config;
}

/// Puts the object of that file in the place of the section `faults`.
void take_faults(config_json& json, const std::filesystem::path& file, error_list& errors) {
  error_list errors_of_file(file.string());
  auto faults = read_json_file(file, {"faults file", R"({"per_hour": 125})"}, errors_of_file);
  for (auto& error : errors_of_file.errors())
    errors.add(std::move(error));
  if (faults.is_null() || !json.is_object())
    return;
  json["faults"] = std::move(faults);
  errors.set_origin("faults", file.string());
}

/// The rest of the way from a parsed file.
run_config read_overridden(config_json json, std::span<const std::string> overrides,
                           const std::filesystem::path& faults, error_list& errors) {
  // Nothing more can be said of a file that could not be parsed.
  if (json.is_null())
    errors.throw_if_any();
  if (!faults.empty())
    take_faults(json, faults, errors);
  apply_overrides(json, overrides, errors);
  auto config = read(json, errors);
  errors.throw_if_any();
  return config;
}

} // namespace

run_config load_config(const std::filesystem::path& file, std::span<const std::string> overrides,
                       const std::filesystem::path& faults) {
  error_list errors(file.string());
  const json_file_kind cluster_file{"cluster file", R"({"budget": {"time": "10min"}})"};
  auto config = read_overridden(read_json_file(file, cluster_file, errors), overrides, faults, errors);
  if (!config.output.name.empty())
    return config;
  const config_json stem = file.stem().string();
  if (const auto name = file_name{}.read(stem)) {
    config.output.name = *name;
    return config;
  }
  throw config_errors({{.place = file.string(),
                        .path = "output.name",
                        .found = "nothing, and the file's own name is none for a run",
                        .allowed = file_name{}.allowed(stem)}});
}

run_config parse_config(std::string_view text, const std::string& place, std::span<const std::string> overrides,
                        const std::filesystem::path& faults) {
  error_list errors(place);
  return read_overridden(parse_json(text, errors), overrides, faults, errors);
}

run_config from_json(const config_json& json, const std::string& place) {
  error_list errors(place);
  auto config = read(json, errors);
  errors.throw_if_any();
  return config;
}

config_json to_json(const run_config& config) {
  config_json json;
  config_writer writer(json);
  run_config_keys::describe(writer, config);
  return json;
}

} // namespace paceline
