#pragma once

#include "cluster/launch/launcher.hpp"
#include "cluster/node/node_options.hpp"

#include <iosfwd>

namespace paceline {

/// Runs one node of a run until the run's budget is used up or a signal comes. Call it before any other thread is made.
/// Throws invalid_input or io_failure where it cannot be set up.
launch_exit run_node(const node_options& options, std::ostream& out, std::ostream& err);

} // namespace paceline
