#pragma once

#include "cluster/launch/launcher.hpp"
#include "cluster/launch/node_commands.hpp"
#include "cluster/record/summary.hpp"

#include <filesystem>
#include <iosfwd>

namespace paceline {

/// Runs a cluster of several node processes (options.config.nodes) until all have ended, then gathers what they left in the run's
/// folder and says what became of it. Their output comes to `out` and `err` line by line, each with the node's name before it.
/// A first signal asks every node for a clean end, a second kills them, a third ends this process alone. This process may die: the
/// nodes ride on, and `paceline summary` gathers what they leave.
/// Call it before any other thread is made. Throws invalid_input or io_failure where the run cannot be set up.
launch_exit launch_nodes(const launch_options& options, const launch_tools& tools, std::ostream& out,
                         std::ostream& err);

/// Gathers again what the nodes of the run in that folder left, as launch_nodes does at its end, and says what became of it.
/// Throws invalid_input where there is no such run, it has no nodes, or it or a node of it is still under way.
launch_exit summarise_nodes(const std::filesystem::path& folder, const launch_tools& tools, std::ostream& out,
                            std::ostream& err);

} // namespace paceline
