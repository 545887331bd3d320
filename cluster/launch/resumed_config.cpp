#include "cluster/launch/resumed_config.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace paceline {

namespace {

/// What the saved steps were made of: the model, which pictures there are, how they are dealt out and cut, and what is drawn at random.
constexpr std::string_view fixed[] = {"objective",       "seed",      "model.name",      "data.kind",
                                      "data.train_size", "data.crop", "data.batch_size", "groups.count",
                                      "groups.workers"};
/// Where the run lies is the folder's to say.
constexpr std::string_view places[] = {"output.folder", "output.name"};

/// Which node has which groups; addresses and hosts may change.
std::vector<std::pair<std::string, std::uint32_t>> shares_of(const run_config& config) {
  std::vector<std::pair<std::string, std::uint32_t>> shares;
  for (const auto& node : config.nodes)
    shares.emplace_back(node.name, node.groups);
  return shares;
}

config_json value_at(const config_json& config, std::string_view path) {
  auto pointer = fmt::format("/{}", path);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  // A function has no model and no data.
  const config_json::json_pointer place(pointer);
  return config.contains(place) ? config.at(place) : config_json();
}

/// The last override that sets the value at `path`, or all of a section that it lies in.
std::string override_of(std::string_view path, const std::vector<std::string>& overrides) {
  const auto sets = [&](const std::string& text) { return lies_within(path, text.substr(0, text.find('='))); };
  const auto found = std::find_if(overrides.rbegin(), overrides.rend(), sets);
  return found == overrides.rend() ? std::string(path) : fmt::format("--set {}", *found);
}

/// There may be a typing error in the path, or what it names may be a cluster file or any folder.
void require_run(const std::filesystem::path& folder) {
  std::error_code ignored;
  const auto is_missing = [&](const std::filesystem::path& path) {
    return std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found;
  };
  if (is_missing(folder))
    throw invalid_input(folder.string() + ": there is no such folder");
  // What cannot even be looked at, whoever reads the file finds out why.
  if (is_missing(folder / "config.json"))
    throw invalid_input(folder.string() + ": is not the folder of a run, which has a config.json");
}

/// What a node has of a run looks like a run of its own, but all of the nodes would begin inside it.
void require_whole_run(const run_config& config, const std::filesystem::path& folder) {
  const auto whole = std::filesystem::absolute(folder).lexically_normal();
  const auto run = whole.parent_path().parent_path();
  const auto name = whole.filename().string();
  const auto is_named = [&](const auto& node) { return node.name == name; };
  if (std::any_of(config.nodes.begin(), config.nodes.end(), is_named) && whole == node_folder(run, name))
    throw invalid_input(fmt::format("{}: is what node '{}' has of a run; the run is {}", folder.string(), name,
                                    folder.is_absolute() ? run.string() : std::filesystem::relative(run).string()));
}

} // namespace

run_config config_of_run(const std::filesystem::path& folder, const std::vector<std::string>& overrides) {
  const auto clean = (folder / "").lexically_normal().parent_path();
  if (!is_one_line(clean.string()))
    throw invalid_input(folder.string() + ": the path of a run has to be UTF-8 without control characters");
  require_run(folder);
  const auto file = folder / "config.json";
  auto config = load_config(file, overrides);
  require_whole_run(config, clean);
  if (!overrides.empty()) {
    const auto saved = load_config(file);
    if (shares_of(saved) != shares_of(config))
      throw invalid_input(
        fmt::format("{}: a resumed run keeps its nodes and their groups, since each goes on from what "
                    "it has saved; begin a new run for that",
                    override_of("nodes", overrides)));
    const auto before = to_json(saved);
    const auto after = to_json(config);
    const auto changes = [&](std::string_view path) { return value_at(before, path) != value_at(after, path); };
    for (const auto path : places)
      if (changes(path))
        throw invalid_input(
          fmt::format("{}: a resumed run stays in its folder, {}", override_of(path, overrides), folder.string()));
    // Of a model's layers some things may change, a dropout's share for one; where its parameters do, the checkpoint is refused.
    const auto has_layers = [](const config_json& config) { return !value_at(config, "model.layers").empty(); };
    const auto is_fixed = [&](std::string_view path) {
      return path != "model.name" || !has_layers(before) || !has_layers(after);
    };
    for (const auto path : fixed)
      if (is_fixed(path) && changes(path))
        throw invalid_input(fmt::format("{}: found {} for a run that was begun with {}, allowed: {}, since what was "
                                        "saved means nothing with another {}; begin a new run for that",
                                        override_of(path, overrides), shown(value_at(after, path)),
                                        shown(value_at(before, path)), shown(value_at(before, path)), path));
  }
  config.output.folder = clean.parent_path();
  config.output.name = clean.filename().string();
  return config;
}

} // namespace paceline
