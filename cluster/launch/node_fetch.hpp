#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/node_commands.hpp"
#include "cluster/record/run_folder.hpp"

#include <set>
#include <string>
#include <vector>

namespace paceline {

/// Copies the folders of nodes on other hosts into the run's own folder, by tar over ssh; one that was copied before is replaced. A
/// folder that lies here already because hosts share a file system stays as it is. Returns what went wrong, a line for each
/// node that could not be fetched; of such a node an earlier copy is kept. Those named in `left_out` are not asked.
std::vector<std::string> fetch_nodes(const run_config& config, const run_folder& folder,
                                     const std::set<std::string>& left_out, const launch_tools& tools);

} // namespace paceline
