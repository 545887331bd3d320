#include "cluster/commands/commands.hpp"

#include "cluster/launch/nodes_launcher.hpp"

#include <iostream>
#include <memory>

namespace paceline {

void add_summary_command(CLI::App& app, command& chosen) {
  auto folder = std::make_shared<std::string>();
  auto* summarising = app.add_subcommand(
    "summary", "Gather what the nodes of a run left, where the launching process was gone before them");
  summarising->add_option("RUN", *folder, "Folder of the run")->required();
  summarising->callback([folder, &chosen] {
    chosen = [folder] { return static_cast<int>(summarise_nodes(*folder, {}, std::cout, std::cerr)); };
  });
}

} // namespace paceline
