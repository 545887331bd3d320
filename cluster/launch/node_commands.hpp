#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/child_process.hpp"
#include "cluster/launch/node_supervisor.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// The command lines by which the launching process starts and reaches nodes.

/// The file of this very program, under which people know it in a list of processes; a name by which the system finds it still where
/// the file is gone.
std::string own_executable();

/// What is run for that.
struct launch_tools {
  /// For nodes of this machine.
  std::string executable = own_executable();
  /// For nodes of other hosts, with whatever comes before ssh's own options here.
  std::vector<std::string> ssh = {"ssh"};
};

/// How to start that node and, where it died, start it again. The resolved cluster file goes through its standard input, so no other
/// host needs it. Where `is_new` the first start refuses a folder in which an earlier part of the run lies;
/// else all nodes go on together with one.
supervised_node supervised_node_of(const run_config& config, const run_config::node_section& node, bool is_new,
                                   const launch_tools& tools);

/// How to start that node so that it measures and does not train (cluster/preflight/).
supervised_node measuring_node_of(const run_config& config, const run_config::node_section& node,
                                  const launch_tools& tools);

/// Writes that node's folder, which is on another host, as a tar archive to standard output. The lock stays there: a copy without
/// one is known for a copy.
child_command fetch_command(const run_config& config, const run_config::node_section& node, const launch_tools& tools);

/// Text as one word of a shell.
std::string shell_quoted(std::string_view text);

} // namespace paceline
