#include "cluster/commands/commands.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/nodes_launcher.hpp"
#include "cluster/launch/resumed_config.hpp"

#include <iostream>
#include <memory>

namespace paceline {
namespace {

struct launch_arguments {
  std::string file;
  std::string resume;
  std::string faults;
  std::vector<std::string> overrides;
};

} // namespace

void add_launch_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<launch_arguments>();
  auto* launching = app.add_subcommand("launch", "Train what a cluster file describes");
  auto* file = launching->add_option("FILE", arguments->file, "Cluster file (JSON)");
  launching->add_option("--resume", arguments->resume, "Go on with the run in this folder, from its latest checkpoint")
    ->type_name("RUN")
    ->excludes(file);
  launching->add_option("--faults", arguments->faults, "Faults to rehearse, in place of the cluster file's (JSON)")
    ->needs(file);
  add_set_option(*launching, arguments->overrides);
  launching->callback([arguments, &chosen] {
    if (arguments->file.empty() && arguments->resume.empty())
      throw CLI::RequiredError("FILE or --resume RUN");
    chosen = [arguments] {
      const bool resume = !arguments->resume.empty();
      const launch_options options{.config = resume
                                               ? config_of_run(arguments->resume, arguments->overrides)
                                               : load_config(arguments->file, arguments->overrides, arguments->faults),
                                   .resume = resume};
      const auto end = options.config.nodes.empty() ? launch(options, std::cout, std::cerr)
                                                    : launch_nodes(options, {}, std::cout, std::cerr);
      // What the run produced lies in its folder; nobody has to be there to read what it says.
      std::cout.clear();
      return static_cast<int>(end);
    };
  });
}

} // namespace paceline
