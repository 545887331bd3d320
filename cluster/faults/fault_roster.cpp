#include "cluster/faults/fault_roster.hpp"

#include "cluster/config/nodes.hpp"

namespace paceline {

std::string fault_roster::node_of(std::uint32_t group) const {
  for (const auto& node : nodes)
    if (group >= node.first_group && group - node.first_group < node.groups)
      return node.name;
  return {};
}

std::vector<worker_id> fault_roster::workers_of(const std::string& name) const {
  std::vector<worker_id> workers;
  for (const auto& node : nodes)
    if (node.name == name)
      for (std::uint32_t group = 0; group < node.groups; ++group)
        for (std::uint32_t index = 0; index < workers_per_group; ++index)
          workers.push_back({node.first_group + group, index});
  return workers;
}

fault_roster roster_of(const run_config& config) {
  fault_roster roster{.nodes = {}, .workers_per_group = config.groups.workers};
  for (const auto& node : config.nodes)
    roster.nodes.push_back({node.name, first_group_of(config, node.name), node.groups});
  return roster;
}

} // namespace paceline
