// The schema, the reader, the shipped files and the documentation are written by hand in four places; this holds them together.
#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"
#include "tests/repository.hpp"

#include "cluster/config/run_config_keys.hpp"
#include "compute/models.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

using namespace paceline;
using namespace paceline::testing;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(repository() / file).rdbuf();
  return text.str();
}

config_json read_schema() {
  return config_json::parse(text_of("configs/cluster.schema.json"));
}

/// The keys that are no sections, by path, with what the schema says of each.
void collect_leaves(const config_json& properties, const std::string& path,
                    std::map<std::string, config_json>& leaves) {
  for (const auto& [key, rule] : properties.items()) {
    if (key == "$schema")
      continue;
    const auto here = path_below(path, key);
    if (rule.contains("properties"))
      collect_leaves(rule["properties"], here, leaves);
    else if (here == "model")
      collect_leaves(rule["anyOf"][1]["properties"], here, leaves);
    else
      leaves[here] = rule;
  }
}

std::map<std::string, config_json> leaves_of_schema() {
  std::map<std::string, config_json> leaves;
  collect_leaves(read_schema()["properties"], "", leaves);
  return leaves;
}

config_json::json_pointer pointer_to(std::string path) {
  std::replace(path.begin(), path.end(), '.', '/');
  return config_json::json_pointer("/" + path);
}

/// Sections whose keys depend on their kind, with the kinds.
const std::map<std::string, std::vector<std::string>>& kinds() {
  static const std::map<std::string, std::vector<std::string>> all{{"strategy", strategy_keys::kinds()},
                                                                   {"objective", objective_keys::kinds()},
                                                                   {"optimizer", {"sgd", "lars", "adamw"}}};
  return all;
}

bool is_accepted_in(config_json file, const std::string& path, const config_json& value) {
  file[pointer_to(path)] = value;
  try {
    paceline::from_json(file, "x.json");
  } catch (const config_errors& found) {
    return std::none_of(found.errors().begin(), found.errors().end(), [&](const config_error& error) {
      // Values that are wrong only beside others are shown as more than themselves.
      return error.what == config_error::kind::unknown_key || (error.path == path && error.found == shown(value));
    });
  }
  return true;
}

/// Whether the reader takes that value at that path, beside one of the kinds at least, whatever the rules across keys say.
bool is_accepted(const std::string& path, const config_json& value) {
  const auto section = path.substr(0, path.find('.'));
  const auto found = kinds().find(section);
  if (found == kinds().end() || path == section + ".kind")
    return is_accepted_in({}, path, value);
  return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& kind) {
    return is_accepted_in({{section, {{"kind", kind}}}}, path, value);
  });
}

/// Every key of every kind, with its default.
config_json all_defaults() {
  auto defaults = to_json(run_config{});
  for (const auto& [section, names] : kinds())
    for (const auto& name : names) {
      // A file, since no section of its own is the default's; what else the kind wants to be there is no matter here.
      const config_json file{{section, {{"kind", name}}}, {"budget", {{"steps", 1}}}};
      const auto written = to_json(paceline::from_json(file, "x.json"))[section];
      for (const auto& [key, value] : written.items())
        if (!defaults[section].contains(key))
          defaults[section][key] = value;
    }
  return defaults;
}

void collect_paths(const config_json& node, const std::string& path, std::vector<std::string>& paths) {
  for (const auto& [key, value] : node.items()) {
    const auto here = path_below(path, key);
    if (value.is_object())
      collect_paths(value, here, paths);
    else
      paths.push_back(here);
  }
}

/// Holds the schema's definition of that name and the documentation against an element with all its defaults.
void check_element_keys(const std::string& definition, const config_json& defaults) {
  const auto rules = read_schema()["definitions"][definition]["properties"];
  const auto documentation = text_of("docs/configuration.md");
  CHECK(rules.size() == defaults.size());
  for (const auto& [key, value] : defaults.items()) {
    INFO(definition << ": " << key);
    REQUIRE(rules.contains(key));
    const auto& rule = rules[key];
    const auto row = documentation.find("| `" + key + "` |");
    REQUIRE(row != std::string::npos);
    const auto line = documentation.substr(row, documentation.find('\n', row) - row);
    CHECK(line.find(rule["description"].get<std::string>()) != std::string::npos);
    // What is needed has none.
    if (rule.contains("default")) {
      CHECK(rule["default"] == value);
      CHECK(line.find("| `" + value.dump() + "` |") != std::string::npos);
    }
  }
}

} // namespace

TEST_CASE("the schema knows exactly the keys that the reader knows, with the same defaults") {
  const auto leaves = leaves_of_schema();
  const auto defaults = all_defaults();
  std::vector<std::string> known;
  collect_paths(defaults, "", known);
  for (const auto& path : known) {
    INFO(path);
    CHECK(leaves.contains(path));
  }
  CHECK(leaves.size() == known.size());
  for (const auto& [path, rule] : leaves) {
    INFO(path);
    REQUIRE(rule.contains("default"));
    CHECK(rule["default"] == defaults.at(pointer_to(path)));
    CHECK(is_accepted(path, path == "output.name" ? config_json("x") : rule["default"]));
    CHECK(!rule.value("description", "").empty());
  }
}

TEST_CASE("the schema's bounds and names are the reader's") {
  std::size_t bounds = 0;
  for (const auto& [path, rule] : leaves_of_schema()) {
    INFO(path);
    const bool whole = rule.value("type", config_json()).dump().find("integer") != std::string::npos;
    constexpr double far = std::numeric_limits<double>::infinity();
    for (const auto& [key, outward] : {std::pair{"minimum", -1}, {"maximum", 1}}) {
      if (!rule.contains(key))
        continue;
      ++bounds;
      CHECK(is_accepted(path, rule[key]));
      // The largest 64-bit integer has no neighbour that JSON could write as an integer.
      if (!path.ends_with("seed") || outward < 0)
        CHECK(!is_accepted(path, whole ? config_json(rule[key].get<std::int64_t>() + outward)
                                       : config_json(std::nextafter(rule[key].get<double>(), outward * far))));
    }
    for (const auto& [key, inward] : {std::pair{"exclusiveMinimum", 1}, {"exclusiveMaximum", -1}}) {
      if (!rule.contains(key))
        continue;
      ++bounds;
      CHECK(!is_accepted(path, rule[key]));
      CHECK(is_accepted(path, std::nextafter(rule[key].get<double>(), inward * far)));
    }
    if (rule.contains("enum")) {
      ++bounds;
      for (const auto& name : rule["enum"])
        CHECK(is_accepted(path, name));
      CHECK(!is_accepted(path, "no such name"));
    }
    if (rule.value("type", config_json()) == "number" || whole)
      CHECK(!is_accepted(path, "text"));
    if (rule.value("type", config_json()) == "boolean")
      CHECK(!is_accepted(path, 1));
  }
  REQUIRE(bounds > 30);
}

TEST_CASE("the schema names the built-in models and the kinds of layers that there are") {
  const auto schema = read_schema();
  REQUIRE(schema["definitions"]["built_in_model"]["enum"] == config_json(known_model{}.names()));
  std::vector<std::string> kinds;
  for (const auto& layer : schema["definitions"]["layer"]["oneOf"]) {
    const auto& kind = layer["properties"]["kind"];
    for (const auto& name : kind.contains("const") ? config_json{kind["const"]} : kind["enum"])
      kinds.push_back(name.get<std::string>());
  }
  auto known = layer_kind_name{}.names();
  std::sort(kinds.begin(), kinds.end());
  std::sort(known.begin(), known.end());
  REQUIRE(kinds == known);
}

TEST_CASE("the schema and the documentation know the keys of a list's elements that the reader knows, with the same "
          "defaults") {
  run_config config;
  config.nodes.emplace_back();
  config.faults.list.emplace_back();
  const auto defaults = to_json(config);
  check_element_keys("node", defaults["nodes"][0]);
  check_element_keys("fault", defaults["faults"]["list"][0]);
}

TEST_CASE("the schema and the documentation name the kinds of faults that there are") {
  const auto schema = read_schema();
  const auto names = fault_kind_name().names();
  CHECK(schema["definitions"]["fault_kind"]["enum"] == config_json(names));
  const auto documentation = text_of("docs/configuration.md");
  for (const auto& name : names) {
    INFO(name);
    CHECK(documentation.find("\n| `" + name + "` |") != std::string::npos);
  }
}

TEST_CASE("every shipped cluster file loads and names the schema") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(repository() / "configs")) {
    if (entry.path().filename() == "cluster.schema.json" || entry.path().extension() != ".json")
      continue;
    ++files;
    INFO(entry.path().filename());
    REQUIRE_NOTHROW(load_config(entry.path()));
    const auto schema = config_json::parse(text_of(entry.path()))["$schema"].get<std::string>();
    REQUIRE(std::filesystem::weakly_canonical(entry.path().parent_path() / schema)
            == repository() / "configs/cluster.schema.json");
  }
  REQUIRE(files >= 5);
}

TEST_CASE("the cluster file in the Kubernetes manifest is one, and its nodes are the pods of a job that ends") {
  auto text = text_of("configs/kubernetes/paceline.yaml");
  for (const auto* needed : {"kind: Job", "completionMode: Indexed", "completions: 3", "parallelism: 3",
                             "restartPolicy: OnFailure", "subdomain: paceline", "accessModes: [ReadWriteMany]"})
    REQUIRE(text.find(needed) != std::string::npos);
  text.erase(0, text.find("cluster.json: |") + std::string_view("cluster.json: |").size());
  const auto config = parse_config(text.substr(0, text.find("---")), "manifest");
  REQUIRE(config.nodes.size() == 3);
  // A job's pods are called as the job and their index.
  for (std::size_t i = 0; i < config.nodes.size(); ++i) {
    REQUIRE(config.nodes[i].name == "paceline-" + std::to_string(i));
    REQUIRE(config.nodes[i].address == "tcp://" + config.nodes[i].name + ".paceline:7100");
  }
  const auto gathered = (config.output.folder / config.output.name).string();
  REQUIRE(text_of("configs/kubernetes/summary.yaml").find(fmt::format(R"("summary", "{}")", gathered))
          != std::string::npos);
}

TEST_CASE("the documentation has every key, with the schema's default and sentence") {
  const auto documentation = text_of("docs/configuration.md");
  for (const auto& [path, rule] : leaves_of_schema()) {
    INFO(path);
    const auto row = documentation.find("| `" + path + "` |");
    REQUIRE(row != std::string::npos);
    const auto line = documentation.substr(row, documentation.find('\n', row) - row);
    CHECK(line.find("| `" + rule["default"].dump() + "` |") != std::string::npos);
    CHECK(line.find(rule["description"].get<std::string>()) != std::string::npos);
  }
  const auto schema = read_schema();
  for (const auto& [name, rule] : schema["properties"].items()) {
    INFO(name);
    CHECK(documentation.find("`" + name + "`") != std::string::npos);
  }
}
