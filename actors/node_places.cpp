#include "actors/node_places.hpp"

#include <algorithm>

namespace paceline {

std::vector<std::string> names_of(const node_settings& node) {
  std::vector<std::string> names;
  for (const auto& place : node.nodes)
    names.push_back(place.name);
  return names;
}

const node_place* place_of(const node_settings& node, std::uint32_t group) {
  const auto found =
    std::find_if(node.nodes.begin(), node.nodes.end(), [&](const auto& place) { return place.groups.contains(group); });
  return found == node.nodes.end() ? nullptr : &*found;
}

std::vector<std::uint32_t> gone_groups(const node_settings& node,
                                       const std::function<bool(const std::string& name)>& lives) {
  std::vector<std::uint32_t> gone;
  for (const auto& place : node.nodes) {
    if (place.name == node.name || lives(place.name))
      continue;
    for (std::uint32_t i = 0; i < place.groups.count; ++i)
      gone.push_back(place.groups.first + i);
  }
  return gone;
}

bool fits(const cluster_plan& plan, const group_report& report) {
  return report.group < plan.groups && report.live_workers <= plan.workers_per_group
         && (!report.best
             || (report.best->worker.group == report.group && report.best->worker.index < plan.workers_per_group));
}

bool fits(const cluster_plan& plan, const probe_request& request) {
  const auto& candidate = request.candidate;
  return candidate.scope == scope::global && candidate.leader.group < plan.groups
         && candidate.leader.index < plan.workers_per_group;
}

} // namespace paceline
