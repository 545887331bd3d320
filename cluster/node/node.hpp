#pragma once

#include "cluster/launch/launcher.hpp"
#include "cluster/node/node_options.hpp"

#include <iosfwd>

namespace paceline {

/// Runs one node of a run of several in this process: its groups train, and it meets the other nodes whenever they are there. Ends
/// as launch() does. Call it before any other thread is made.
/// Throws invalid_input or io_failure where the node cannot be set up, and invalid_input where the other nodes refuse it.
launch_exit run_node(const node_options& options, std::ostream& out, std::ostream& err);

} // namespace paceline
