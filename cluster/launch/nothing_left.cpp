#include "cluster/launch/nothing_left.hpp"

#include "cluster/config/duration.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/files/json_file.hpp"
#include "cluster/record/summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace paceline {

namespace {

/// What of the budget can be raised, with twice as much as an example.
std::string how_to_raise(const run_config::budget_section& budget) {
  if (budget.steps)
    return fmt::format("budget.steps={}", 2 * *budget.steps);
  if (budget.epochs)
    return fmt::format("budget.epochs={}", 2 * *budget.epochs);
  return fmt::format("budget.time={}", format_duration(2 * *budget.time));
}

} // namespace

std::string nothing_left_text(const run_config& config) {
  return "nothing is left to do: its budget is used up; raise it, as with --set " + how_to_raise(config.budget);
}

bool is_over(const run_config& config, const run_folder& folder) {
  // Whatever is wrong with the file, the nodes know better how far they came.
  const auto summary = read_json_or_null(folder.summary());
  if (!summary.is_object() || summary.value("outcome", nlohmann::json()) != to_string(run_outcome::finished))
    return false;
  const auto nodes = summary.value("nodes", nlohmann::json::array());
  const auto ended_well = [](const nlohmann::json& node) {
    return node.is_object() && node.value("exit_code", nlohmann::json()) == 0;
  };
  return !nodes.empty() && std::all_of(nodes.begin(), nodes.end(), ended_well)
         && to_json(load_config(folder.config())).at("budget") == to_json(config).at("budget");
}

} // namespace paceline
