#include "cluster/commands/commands.hpp"

#include "cluster/config/nodes.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/node/node.hpp"
#include "cluster/node/node_name.hpp"
#include "cluster/preflight/node_measurement.hpp"
#include "cluster/record/run_folder.hpp"
#include "compute/errors.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <iterator>
#include <memory>

namespace paceline {
namespace {

struct node_arguments {
  std::string file;
  std::string name;
  std::string folder;
  std::string faults;
  bool is_new = false;
  bool together = false;
  bool measure = false;
  std::vector<std::string> overrides;
};

run_config load(const node_arguments& arguments) {
  if (arguments.file != "-")
    return load_config(arguments.file, arguments.overrides, arguments.faults);
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  auto config = parse_config(text, "standard input", arguments.overrides, arguments.faults);
  if (config.output.name.empty())
    throw invalid_input("standard input: output.name: found nothing, allowed: the name of the run's folder");
  return config;
}

int run(const node_arguments& arguments) {
  node_options options{.config = load(arguments)};
  options.name = arguments.name.empty() ? node_name_from_surroundings(options.config) : arguments.name;
  static_cast<void>(node_named(options.config, options.name));
  if (arguments.measure) {
    std::cout << to_json(measure_node(options.config, options.name)).dump() << "\n";
    return success;
  }
  const auto run_path = options.config.output.folder / options.config.output.name;
  options.folder =
    arguments.folder.empty() ? node_folder(run_path, options.name) : std::filesystem::path(arguments.folder);
  options.go_on = holds_run(options.folder);
  if (arguments.is_new && options.go_on)
    throw invalid_input(options.folder.string()
                        + ": holds an earlier part of a run; remove it or give another output.name");
  options.together = arguments.together;
  const auto end = run_node(options, std::cout, std::cerr);
  // As in launch: nobody has to be there to read what it says.
  std::cout.clear();
  return static_cast<int>(end);
}

} // namespace

void add_node_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<node_arguments>();
  auto* running = app.add_subcommand("node", "Run one node of a cluster file; launch does this for each");
  running->add_option("FILE", arguments->file, "Cluster file (JSON), or - for standard input")->required();
  running->add_option("--name", arguments->name,
                      "Which of the file's nodes; else what Slurm or the host's name says (docs/cluster.md)");
  running->add_option("--folder", arguments->folder, "The node's own folder; runs/NAME/nodes/NODE if not given");
  running->add_flag("--new", arguments->is_new, "Refuse a folder that holds an earlier part of a run");
  running->add_flag("--together", arguments->together,
                    "All nodes go on at once: begin from the folder's own checkpoint, whoever trains already");
  // For preflight: what the node finds is one line for it to read.
  running->add_flag("--measure", arguments->measure, "Measure, and say so in JSON")->group("");
  running->add_option("--faults", arguments->faults, "Faults to rehearse, in place of the cluster file's (JSON)")
    ->type_name("FILE");
  add_set_option(*running, arguments->overrides);
  running->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

} // namespace paceline
