#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/network_results.hpp"
#include "compute/affinity.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace paceline {

namespace {

/// A network of the paper on so many workers.
struct network_study {
  std::string model{};
  std::uint32_t groups = 1;
  std::uint64_t steps = 0;
  /// Whether the learning rate falls late.
  bool lowers_rate = false;
  paper_errors paper{};

  std::uint32_t workers() const { return groups * workers_per_group; }
  std::string name() const { return fmt::format("{}-{}", model, workers()); }

  /// The paper's: the GPUs of a node.
  static constexpr std::uint32_t workers_per_group = 4;
};

const std::vector<network_study>& network_studies() {
  static const std::vector<network_study> all{
    {"cnn7", 1, 2000, false, {{"lsgd", 17.7}, {"easgd", 17.4}, {"downpour", 18.8}, {"sgd", 20.0}}},
    {"cnn7", 4, 2000, false, {{"lsgd", 17.0}, {"easgd", 17.4}, {"downpour", 20.0}, {"sgd", 20.0}}},
    {"resnet20", 1, 4000, true, {{"lsgd", 9.1}, {"easgd", 9.5}, {"downpour", 9.4}, {"sgd", 9.6}}},
    {"resnet20", 4, 4000, true, {{"lsgd", 9.0}, {"easgd", 9.9}, {"downpour", 11.4}, {"sgd", 9.6}}},
    {"vgg16", 1, 2000, true, {{"lsgd", 9.9}, {"easgd", 10.3}, {"downpour", 10.1}, {"sgd", 9.6}}},
  };
  return all;
}

/// All workers start from one point, as in the authors' program: the mean of networks that started apart is none that knows anything, for
/// as long as these runs last.
const config_json& network_strategies() {
  static const config_json all{
    {"lsgd",
     {{"kind", "lsgd"},
      {"period_group", 64},
      {"period_global", 128},
      {"pull_group", 0.1},
      {"pull_global", 0.1},
      {"start", "shared"}}},
    {"easgd", {{"kind", "easgd"}, {"beta", 0.43}, {"period", 16}, {"start", "shared"}}},
    {"downpour", {{"kind", "downpour"}, {"period", 16}}},
    {"sgd", {{"kind", "sgd"}}},
  };
  return all;
}

config_json network_data(const network_study& study, const reproduce_settings& settings) {
  config_json data{{"kind", "cifar10"}, {"path", settings.data.string()}, {"crop", 28}, {"batch_size", 128}};
  // Five poolings leave nothing of 28 pixels.
  if (study.model == "vgg16") {
    data["crop"] = 32;
    data["padding"] = 4;
  }
  if (!settings.fast)
    return data;
  data["batch_size"] = 8;
  if (settings.data.empty()) {
    data.erase("path");
    data.update({{"kind", "glyphs"}, {"train_size", 640}, {"test_size", 100}});
  }
  return data;
}

/// The cluster file of one run. All strategies of a study have one kind of time: simulated, where the study has more workers than the machine
/// has cores.
config_json network_sections(const network_study& study, const reproduce_settings& settings,
                             const std::string& strategy, double rate, std::size_t seed) {
  const bool alone = strategy == "sgd";
  config_json json{
    {"groups", {{"count", alone ? 1 : study.groups}, {"workers", alone ? 1 : network_study::workers_per_group}}},
    {"data", network_data(study, settings)},
    {"model", study.model},
    {"strategy", network_strategies().at(strategy)},
    {"optimizer", {{"learning_rate", rate}, {"weight_decay", 1e-4}}},
    {"budget", {{"steps", settings.steps.value_or(settings.fast ? 4 : study.steps)}}},
    {"simulation", {{"enabled", usable_cores().size() < study.workers()}}},
    {"output", {{"evaluate_every", settings.fast ? "1s" : "5s"}, {"checkpoint_every", "10min"}}},
    {"seed", seed}};
  if (study.lowers_rate)
    json["schedule"] = {{"kind", "step"}, {"milestones", {0.75}}};
  return json;
}

std::vector<std::string> network_strategies_of(const reproduce_settings& settings) {
  std::vector<std::string> known;
  for (const auto& [name, section] : network_strategies().items())
    known.push_back(name);
  if (settings.strategies.empty())
    return known;
  for (const auto& name : settings.strategies) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw invalid_input(
        fmt::format("--strategies: found \"{}\", allowed: a list of {}", name, fmt::join(known, ", ")));
    if (std::count(settings.strategies.begin(), settings.strategies.end(), name) > 1)
      throw invalid_input(fmt::format("--strategies: found {} twice, allowed: each once", name));
  }
  return settings.strategies;
}

std::vector<double> network_rates(const reproduce_settings& settings) {
  for (const auto rate : settings.learning_rates)
    if (!(rate > 0))
      throw invalid_input(fmt::format("--learning-rates: found {}, allowed: numbers above 0", rate));
  return settings.learning_rates.empty() ? std::vector<double>{0.1} : settings.learning_rates;
}

std::vector<planned_run> plan_network(const network_study& study, const reproduce_settings& settings) {
  if (settings.data.empty() && !settings.fast)
    throw invalid_input(fmt::format("{}: needs CIFAR-10: --data FOLDER, as scripts/get-cifar10 fetches it, or --fast "
                                    "for a trial on pictures that the program draws",
                                    study.name()));
  std::vector<planned_run> runs;
  for (const auto& strategy : network_strategies_of(settings))
    for (const auto rate : network_rates(settings))
      for (std::size_t seed = 1; seed <= settings.seeds.value_or(1); ++seed)
        runs.push_back(planned(strategy, fmt::format("{}-{:g}-{}", strategy, rate, seed),
                               network_sections(study, settings, strategy, rate, seed), false));
  return runs;
}

experiment experiment_of(const network_study& study) {
  return {.name = study.name(),
          .about =
            fmt::format("{} on CIFAR-10 by {} workers, against EASGD, DOWNPOUR and SGD", study.model, study.workers()),
          .trains_networks = true,
          .plan = [study](const reproduce_settings& settings) { return plan_network(study, settings); },
          .conclude =
            [study](const reproduce_settings& settings, const std::vector<finished_run>& runs) {
              return conclude_network(study.name(), study.paper, settings, runs);
            }};
}

} // namespace

std::vector<experiment> network_experiments() {
  std::vector<experiment> all;
  for (const auto& study : network_studies())
    all.push_back(experiment_of(study));
  return all;
}

} // namespace paceline
