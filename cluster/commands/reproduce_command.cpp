#include "cluster/commands/commands.hpp"

#include "cluster/reproduce/experiments.hpp"
#include "cluster/reproduce/reproduction.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace paceline {
namespace {

struct reproduce_arguments {
  std::vector<std::string> experiments;
  reproduce_settings settings;
  std::string data;
  std::string output = "reproduce";
  bool go_on = false;
};

std::string experiments_in_words() {
  std::string words = "Experiments of the paper:";
  for (const auto& each : experiments())
    words += fmt::format("\n  {:<18} {}", each.name, each.about);
  return words + fmt::format("\n  {:<18} all of these", "all");
}

/// Options that none of the experiments has would be passed over in silence.
void require_use(const reproduce_settings& settings, const std::vector<const experiment*>& chosen) {
  if (std::any_of(chosen.begin(), chosen.end(), [](const auto* each) { return each->trains_networks; }))
    return;
  const char* of_networks = !settings.data.empty()             ? "--data"
                            : !settings.strategies.empty()     ? "--strategies"
                            : !settings.learning_rates.empty() ? "--learning-rates"
                            : settings.steps                   ? "--steps"
                                                               : nullptr;
  if (of_networks == nullptr)
    return;
  std::vector<std::string> networks;
  for (const auto& each : experiments())
    if (each.trains_networks)
      networks.push_back(each.name);
  throw invalid_input(
    fmt::format("{}: found {}, allowed: with one of {}", of_networks, chosen.front()->name, fmt::join(networks, ", ")));
}

} // namespace

void add_reproduce_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<reproduce_arguments>();
  auto* reproducing =
    app.add_subcommand("reproduce", "Make experiments of the paper, and draw what was found beside what it says");
  reproducing->footer(experiments_in_words);
  reproducing->add_option("EXPERIMENT", arguments->experiments, "Which, as listed below")->required();
  reproducing->add_option("--output", arguments->output, "Folder for pages, figures and runs")
    ->type_name("FOLDER")
    ->check([](const std::string& folder) { return folder.empty() ? "found nothing, allowed: a folder" : ""; })
    ->capture_default_str();
  reproducing->add_flag("--continue", arguments->go_on, "Keep the finished runs in that folder, and make the others");
  reproducing->add_flag("--fast", arguments->settings.fast,
                        "Small and short, to see that everything works; numbers are not the paper's");
  reproducing->add_option("--seeds", arguments->settings.seeds, "Runs of each strategy, where something is random")
    ->check(CLI::Range(1, 1000));
  reproducing->add_option("--data", arguments->data, "Folder of CIFAR-10's binary version, for networks")
    ->type_name("FOLDER");
  reproducing
    ->add_option("--strategies", arguments->settings.strategies,
                 "Of networks: which to compare, of lsgd,easgd,downpour,sgd")
    ->delimiter(',')
    ->type_name("LIST");
  reproducing
    ->add_option("--learning-rates", arguments->settings.learning_rates,
                 "Of networks: each strategy runs with every one, and the best counts")
    ->delimiter(',')
    ->type_name("LIST");
  reproducing->add_option("--steps", arguments->settings.steps, "Of networks: steps of each worker")
    ->check(CLI::Range(1, 1'000'000'000));
  reproducing->callback([arguments, &chosen] {
    chosen = [arguments] {
      arguments->settings.data = arguments->data;
      const auto chosen = experiments_named(arguments->experiments);
      require_use(arguments->settings, chosen);
      return static_cast<int>(reproduce({.experiments = chosen,
                                         .settings = arguments->settings,
                                         .folder = arguments->output,
                                         .go_on = arguments->go_on},
                                        std::cout, std::cerr));
    };
  });
}

} // namespace paceline
