#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/link/link_settings.hpp"
#include "compute/parameter_layout.hpp"

#include <cstddef>

namespace paceline {

/// How the cluster file links that node to the others: addresses, keys, how snapshots travel, the file itself as what all nodes
/// have to agree on; with an incarnation drawn at random. Clock, filter and listeners are left to the caller.
/// Throws invalid_input where the keys cannot be used.
link_settings link_settings_of(const run_config& config, const run_config::node_section& node,
                               const parameter_layout& layout);

/// Workers of the nodes on the same machine that come first: theirs are the first cores.
std::size_t workers_before(const run_config& config, const run_config::node_section& node);

/// Workers of all nodes on that node's host, its own included.
std::size_t workers_on_host_of(const run_config& config, const run_config::node_section& node);

} // namespace paceline
