#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/link/node_endpoints.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// What follows from the `nodes` of a cluster file.

/// How many groups all nodes have together.
std::uint32_t groups_of(const std::vector<run_config::node_section>& nodes);

/// By name: the order of the groups over the nodes, and of the nodes in taking the global leader's seat.
void sort_nodes(std::vector<run_config::node_section>& nodes);

/// The node of that name. Throws invalid_input that says which there are.
const run_config::node_section& node_named(const run_config& config, std::string_view name);

/// The first group of that node; its groups follow each other. Throws invalid_input where there is no such node.
std::uint32_t first_group_of(const run_config& config, std::string_view name);

/// The file as that node's workers go by it: with its own device, where it has one.
run_config with_device_of(const run_config& config, const run_config::node_section& node);

/// Whether the nodes speak through sockets of one machine's file system: no node has an address.
bool uses_ipc(const run_config& config);

/// The folder of those sockets: the same for every node of a run on this machine, another one for every run folder and user.
std::filesystem::path ipc_folder(const run_config& config);

/// Makes that folder where it is missing, for its owner alone. Throws invalid_input where somebody else could write into it,
/// io_failure where it cannot be made.
void make_ipc_folder(const run_config& config);

/// Where the other nodes find that one.
node_endpoints endpoints_of(const run_config& config, const run_config::node_section& node);

/// Where that node listens. A host that is given by name is every address of the machine there: sockets bind to addresses, and a
/// container's name may stand for one that is not its own.
node_endpoints listening_endpoints_of(const run_config& config, const run_config::node_section& node);

} // namespace paceline
