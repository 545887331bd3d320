#pragma once

#include "cluster/config/run_config.hpp"
#include "tests/temporary_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace paceline::testing {

/// Two nodes, a with group 0 and b with group 1, of two workers each, of a linear model on few pictures.
run_config two_nodes(const std::filesystem::path& runs);

/// Writes what that node would leave in its folder: logs, a checkpoint after `steps` steps of each worker, a summary. Worker 1.0 has
/// the least loss. The global decisions stand in both nodes' ledgers.
void leave_node_folder(const std::filesystem::path& folder, const run_config& config, const std::string& node,
                       std::uint64_t steps);

/// A program that can be started in a node's place, in the folder in which runs/nodes-test lies: `before`, then the folder that was
/// prepared for that node (prepared/NODE in `folder`) comes to lie where a node's own does, then `after`. Both scripts know $name,
/// $folder and the cluster file's text in $config.
std::filesystem::path fake_node_program(const temporary_folder& folder, const std::string& before,
                                        const std::string& after);

} // namespace paceline::testing
