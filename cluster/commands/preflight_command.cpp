#include "cluster/commands/commands.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/signal_watch.hpp"
#include "cluster/preflight/preflight.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace paceline {
namespace {

struct preflight_arguments {
  std::string file;
  bool as_json = false;
  std::vector<std::string> overrides;
};

int preflight(const preflight_arguments& arguments) {
  const auto config = load_config(arguments.file, arguments.overrides);
  // As in launch: a first signal ends the nodes, a second kills them, a third ends this process alone. A process that measures
  // itself has nobody else to end.
  const int ending_signal = config.nodes.empty() ? 1 : 3;
  signal_watch signals(ending_signal);
  const auto result = run_preflight(config, {}, [&] { return signals.count(); });
  std::cout << (arguments.as_json ? to_json(config, result).dump() + "\n" : to_text(config, result));
  if (signals.signalled())
    return static_cast<int>(launch_exit::interrupted);
  const auto problems = problems_of(result);
  for (const auto& problem : problems)
    std::cerr << "paceline: " << problem << "\n";
  return problems.empty() ? success : run_failed;
}

} // namespace

void add_preflight_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<preflight_arguments>();
  auto* measuring =
    app.add_subcommand("preflight", "Measure the nodes of a cluster file and the links between them, without training");
  measuring->add_option("FILE", arguments->file, "Cluster file (JSON)")->required();
  measuring->add_flag("--json", arguments->as_json, "Print one JSON object");
  add_set_option(*measuring, arguments->overrides);
  measuring->callback([arguments, &chosen] { chosen = [arguments] { return preflight(*arguments); }; });
}

} // namespace paceline
