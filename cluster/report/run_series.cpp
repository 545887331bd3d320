#include "cluster/report/run_series.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/files/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace paceline {

namespace {

/// Keys with their values as text, in order.
using flat_config = std::vector<std::pair<std::string, std::string>>;

/// Stands for the value of a key that a config does not have.
constexpr const char* no_value = "–";

/// A name longer than this fits into no legend.
constexpr std::size_t longest_name = 60;

void flatten(const config_json& node, const std::string& path, flat_config& into) {
  for (const auto& [key, value] : node.items()) {
    const auto here = path_below(path, key);
    if (value.is_object() && !value.empty())
      flatten(value, here, into);
    else
      into.emplace_back(here, value.is_string() ? value.get<std::string>() : json_text(value));
  }
}

/// What two runs of one series share.
flat_config flat(const run_config& config) {
  auto json = to_json(config);
  json.erase("seed");
  json.erase("output");
  flat_config result;
  flatten(json, "", result);
  return result;
}

const std::string* value_of(const flat_config& config, const std::string& key) {
  const auto found = std::find_if(config.begin(), config.end(), [&](const auto& entry) { return entry.first == key; });
  return found == config.end() ? nullptr : &found->second;
}

std::string name_of_only_series(const run_series& series) {
  const auto others = series.runs.size() - 1;
  return series.runs.front().name + (others == 0 ? "" : " and " + count_text(others, "other run"));
}

std::string joined_name(const std::vector<config_difference>& differences, std::size_t series) {
  std::string name;
  for (const auto& difference : differences)
    if (difference.values[series] != no_value)
      name += (name.empty() ? "" : ", ") + (difference.key.empty() ? "" : difference.key + "=")
              + shortened(difference.values[series], longest_name / 2);
  return name;
}

std::vector<std::string> names_by(const std::vector<config_difference>& differences, std::size_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    names.push_back(joined_name(differences, i));
  return names;
}

bool are_all_different(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

bool fit(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [](const auto& name) { return name.size() <= longest_name; });
}

/// "kind" for "strategy.kind", where no other key ends like that.
void shorten_keys(std::vector<config_difference>& differences) {
  std::vector<std::string> last_words;
  last_words.reserve(differences.size());
  for (const auto& difference : differences)
    last_words.push_back(difference.key.substr(difference.key.rfind('.') + 1));
  for (std::size_t i = 0; i < differences.size(); ++i)
    if (std::count(last_words.begin(), last_words.end(), last_words[i]) == 1)
      differences[i].key = last_words[i];
}

/// Leaves out what it does not take to tell the series apart, from the end on.
void drop_needless(std::vector<config_difference>& differences, std::size_t count) {
  for (auto i = differences.size(); i-- > 0;) {
    auto fewer = differences;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (are_all_different(names_by(fewer, count)))
      differences = std::move(fewer);
  }
}

/// Whether those that have the key have different values for it. A key that one kind of strategy has and another has not says no more than
/// the kinds do; one of the section `workers` says something by being there.
bool differs(const config_difference& difference) {
  std::set<std::string> found(difference.values.begin(), difference.values.end());
  if (!difference.key.starts_with("workers."))
    found.erase(no_value);
  return found.size() > 1;
}

/// What most series have.
std::string usual_value(const std::vector<std::string>& values) {
  std::map<std::string, std::size_t> counts;
  for (const auto& value : values)
    ++counts[value];
  const auto rarer = [](const auto& a, const auto& b) { return a.second < b.second; };
  return std::max_element(counts.begin(), counts.end(), rarer)->first;
}

/// "easgd" for "strategy.kind=easgd", and beside it only what is unusual.
void shorten_to_the_unusual(std::vector<config_difference>& differences) {
  for (auto& difference : differences)
    if (difference.key == "strategy.kind")
      difference.key.clear();
    else
      std::replace(difference.values.begin(), difference.values.end(), usual_value(difference.values),
                   std::string(no_value));
}

void name_by_differences(std::vector<run_series>& series) {
  auto differences = differences_between(series);
  auto names = names_by(differences, series.size());
  if (!fit(names) && differences.front().key == "strategy.kind") {
    auto unusual = differences;
    shorten_to_the_unusual(unusual);
    drop_needless(unusual, series.size());
    if (auto shorter = names_by(unusual, series.size()); fit(shorter) && are_all_different(shorter))
      names = std::move(shorter);
  }
  if (!fit(names)) {
    shorten_keys(differences);
    names = names_by(differences, series.size());
  }
  if (!fit(names)) {
    drop_needless(differences, series.size());
    names = names_by(differences, series.size());
  }
  std::set<std::string> taken;
  for (std::size_t i = 0; i < series.size(); ++i) {
    // One that has none of the keys in which the others differ.
    auto name = shortened(names[i].empty() ? series[i].runs.front().name : std::move(names[i]), longest_name);
    // Cut names may have become the same.
    if (!taken.insert(name).second)
      name += " (" + std::to_string(i + 1) + ")";
    series[i].name = std::move(name);
  }
}

} // namespace

std::vector<run_series> series_of(std::vector<run_data> runs) {
  std::vector<run_series> series;
  std::vector<flat_config> configs;
  for (auto& run : runs) {
    auto config = flat(run.config);
    const auto known = std::find(configs.begin(), configs.end(), config);
    if (known != configs.end()) {
      series[static_cast<std::size_t>(known - configs.begin())].runs.push_back(std::move(run));
      continue;
    }
    configs.push_back(std::move(config));
    series.emplace_back().runs.push_back(std::move(run));
  }
  for (auto& each : series)
    std::stable_sort(each.runs.begin(), each.runs.end(),
                     [](const run_data& a, const run_data& b) { return a.config.seed < b.config.seed; });
  if (series.size() == 1)
    series.front().name = name_of_only_series(series.front());
  else
    name_by_differences(series);
  return series;
}

std::vector<config_difference> differences_between(const std::vector<run_series>& series) {
  std::vector<flat_config> configs;
  configs.reserve(series.size());
  for (const auto& each : series)
    configs.push_back(flat(each.runs.front().config));
  std::vector<std::string> keys;
  // A section that is a list in one and an object in another has keys that only some have.
  for (const auto& config : configs)
    for (const auto& [key, value] : config)
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        keys.push_back(key);
  std::vector<config_difference> differences;
  for (const auto& key : keys) {
    config_difference difference{.key = key};
    for (const auto& config : configs) {
      const auto* value = value_of(config, key);
      difference.values.push_back(value == nullptr ? no_value : value->empty() ? "\"\"" : *value);
    }
    if (differs(difference))
      differences.push_back(std::move(difference));
  }
  return differences;
}

} // namespace paceline
