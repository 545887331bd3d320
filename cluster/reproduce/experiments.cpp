#include "cluster/reproduce/experiments.hpp"

#include "cluster/config/nearest_key.hpp"
#include "cluster/config/run_config_json.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace paceline {

namespace {

std::vector<experiment> all_experiments() {
  std::vector<experiment> all{sinc_experiment(), matrix_completion_experiment(), double_well_experiment(),
                              leader_identity_experiment()};
  for (auto& each : network_experiments())
    all.push_back(std::move(each));
  return all;
}

} // namespace

const std::vector<experiment>& experiments() {
  static const auto all = all_experiments();
  return all;
}

std::vector<const experiment*> experiments_named(std::span<const std::string> names) {
  std::vector<const experiment*> chosen;
  const auto choose = [&](const experiment& each) {
    if (std::find(chosen.begin(), chosen.end(), &each) == chosen.end())
      chosen.push_back(&each);
  };
  for (const auto& name : names) {
    const auto found =
      std::find_if(experiments().begin(), experiments().end(), [&](const auto& each) { return each.name == name; });
    if (found != experiments().end()) {
      choose(*found);
      continue;
    }
    if (name == "all") {
      std::for_each(experiments().begin(), experiments().end(), choose);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& each : experiments())
      known.push_back(each.name);
    known.emplace_back("all");
    const auto nearest = nearest_key(name, known);
    throw invalid_input(fmt::format("there is no experiment \"{}\"; {}", name,
                                    nearest.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                                    : fmt::format("did you mean {}?", nearest)));
  }
  return chosen;
}

planned_run planned(const std::string& series, const std::string& name, const config_json& sections, bool lockstep) {
  auto json = sections;
  json["deterministic"] = lockstep;
  for (const auto* interval : {"evaluate_every", "checkpoint_every"})
    if (!json["output"].contains(interval))
      json["output"][interval] = "1000d";
  planned_run run{.series = series, .config = from_json(json, "the experiment's run " + name)};
  run.config.output.name = name;
  return run;
}

} // namespace paceline
