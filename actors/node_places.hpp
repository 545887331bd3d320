#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/node_settings.hpp"
#include "messages/group_report.hpp"
#include "messages/probe.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace paceline {

// What follows from where the groups of a run are.

std::vector<std::string> names_of(const node_settings& node);

/// The node that holds that group; nullptr where none does.
const node_place* place_of(const node_settings& node, std::uint32_t group);

/// Groups of the other nodes that do not live.
std::vector<std::uint32_t> gone_groups(const node_settings& node,
                                       const std::function<bool(const std::string& name)>& lives);

/// Whether a report, or a request of the global leader, is of the run. It may come from another process: nothing that it says may index anything before it is looked at.
bool fits(const cluster_plan& plan, const group_report& report);
bool fits(const cluster_plan& plan, const probe_request& request);

} // namespace paceline
