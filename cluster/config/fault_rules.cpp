#include "cluster/config/fault_rules.hpp"

#include "cluster/config/config_json.hpp"
#include "cluster/config/nodes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace paceline {
namespace {

/// Judges one element of `faults.list`.
class entry_checker {
 public:
  entry_checker(const run_config& config, std::size_t index, error_list& errors)
    : config_(config), entry_(config.faults.list[index]), path_(path_below("faults.list", index)), errors_(errors) {}

  void check() {
    if (!errors_.is_clean(path_))
      return;
    const auto victim = victim_of(entry_.kind);
    if (victim == fault_victim::node)
      needs_node();
    else
      has_no("node", !entry_.node.empty(), "left out: its victim is not a node");
    if (victim == fault_victim::worker)
      needs_worker();
    else
      has_no("worker", entry_.worker.has_value(), "left out: its victim is not a worker");
    if (!lasts(entry_.kind))
      has_no("for", entry_.duration.has_value(), "left out: it is over at once");
    if (entry_.kind != fault_kind::slow)
      has_no("factor", entry_.factor.has_value(), "left out: only \"slow\" has one");
    if (entry_.kind != fault_kind::cut)
      has_no("direction", entry_.direction.has_value(), "left out: only \"cut\" has one");
  }

 private:
  void needs_node() {
    std::vector<std::string> names;
    for (const auto& node : config_.nodes)
      names.push_back(node.name);
    if (std::find(names.begin(), names.end(), entry_.node) == names.end())
      fail("node", entry_.node.empty() ? "nothing" : shown(entry_.node),
           fmt::format("the name of its victim: {}", fmt::join(names, ", ")));
  }

  void needs_worker() {
    const auto groups = groups_of(config_.nodes);
    const auto per_group = config_.groups.workers;
    if (!entry_.worker || entry_.worker->group >= groups || entry_.worker->index >= per_group)
      fail("worker", entry_.worker ? shown(to_string(*entry_.worker)) : "nothing",
           fmt::format("its victim, from \"0.0\" to \"{}.{}\"", groups - 1, per_group - 1));
  }

  void has_no(const std::string& key, bool given, const std::string& allowed) {
    if (given)
      fail(key, fmt::format("a value with kind \"{}\"", to_string(entry_.kind)), allowed);
  }

  void fail(const std::string& key, std::string found, std::string allowed) {
    errors_.add({.path = path_below(path_, key), .found = std::move(found), .allowed = std::move(allowed)});
  }

  const run_config& config_;
  const fault_settings::entry& entry_;
  std::string path_;
  error_list& errors_;
};

} // namespace

void check_fault_rules(const run_config& config, error_list& errors) {
  if (!errors.is_clean("nodes") || !errors.is_clean("groups"))
    return;
  if (config.nodes.empty()) {
    if (errors.is_clean("faults") && (config.faults.has_faults() || config.faults.step_time))
      errors.add(
        {.path = "faults",
         .found = "faults without nodes",
         .allowed = "none; or nodes, since a rehearsal is of how a run of several processes outlives its parts"});
    return;
  }
  for (std::size_t i = 0; i < config.faults.list.size(); ++i)
    entry_checker(config, i, errors).check();
}

} // namespace paceline
