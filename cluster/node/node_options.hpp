#pragma once

#include "cluster/config/run_config.hpp"

#include <filesystem>
#include <string>

namespace paceline {

/// What one node process is started with.
struct node_options {
  /// The whole run's; nodes are sorted by name (cluster/config/nodes.hpp has addresses and groups of each).
  run_config config;
  /// Which of config.nodes this is; it exists.
  std::string name;
  /// The node's own run folder: runs/NAME/nodes/NODE under the working folder, unless told otherwise.
  std::filesystem::path folder;
  /// The folder holds an earlier part of this run, which ended or was killed: its logs are continued. Parameters come from the
  /// current leader where other nodes train, else from the folder's latest checkpoint.
  bool go_on = false;
  /// All nodes of an earlier run go on at once: the folder's checkpoint is as new as theirs, and counts also where one of them was
  /// quicker and trains already.
  bool together = false;
};

} // namespace paceline
