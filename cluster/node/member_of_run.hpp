#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/node_membership.hpp"

#include <memory>
#include <string>

namespace paceline {

/// The node of that name as the cluster file describes it: its groups, its link to the others, its faults. `together`: see
/// node_options. Call it before any other thread is made where the file has faults. Throws invalid_input where there is no such node.
std::unique_ptr<node_membership> make_member_of_run(const run_config& config, const std::string& name,
                                                    bool together = false);

} // namespace paceline
