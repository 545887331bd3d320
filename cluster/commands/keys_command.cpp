#include "cluster/commands/commands.hpp"

#include "cluster/security/key_set.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>

namespace paceline {
namespace {

int make_keys(const std::filesystem::path& folder) {
  make_key_set(folder);
  const auto print = [](std::string_view name, std::string_view purpose) {
    std::cout << fmt::format("  {:<15}{}\n", name, purpose);
  };
  std::cout << "made a key set in " << folder.string() << "\n";
  print(node_key_name, "secret: makes a process a node; to every host that runs nodes, and nowhere else");
  print(admitted_name, "the shells that nodes admit; beside every node.key");
  print(operator_key_name, "secret: a shell that may change the run; to those who operate it");
  print(read_only_key_name, "secret: a shell that may only look; to those who watch it");
  std::cout << fmt::format("copy {} and {} into one folder on each host, readable by its owner only,\n"
                           "and name that folder in the cluster file: \"security\": {{\"keys\": \"{}\"}}\n",
                           node_key_name, admitted_name, folder.string());
  return success;
}

} // namespace

void add_keys_command(CLI::App& app, command& chosen) {
  auto folder = std::make_shared<std::string>();
  auto* keys = app.add_subcommand("keys", "Make the keys by which the nodes of a cluster know each other");
  keys->add_option("DIR", *folder, "A new folder for them")->required();
  keys->callback([folder, &chosen] { chosen = [folder] { return make_keys(*folder); }; });
}

} // namespace paceline
