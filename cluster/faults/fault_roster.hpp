#pragma once

#include "cluster/config/run_config.hpp"
#include "messages/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

/// Whom faults can strike: the nodes of a run and their workers.
struct fault_roster {
  struct node {
    std::string name;
    /// Its groups of the run are this one and those that follow.
    std::uint32_t first_group = 0;
    std::uint32_t groups = 1;
  };
  /// Sorted by name.
  std::vector<node> nodes;
  std::uint32_t workers_per_group = 1;

  /// The node in which a group rides; empty where none does.
  std::string node_of(std::uint32_t group) const;

  /// All workers of that node; none where there is no such node.
  std::vector<worker_id> workers_of(const std::string& name) const;
};

fault_roster roster_of(const run_config& config);

} // namespace paceline
