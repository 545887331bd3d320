#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/preflight/node_findings.hpp"

#include <string>

namespace paceline {

/// Measures in this process what one node of the file does: its workers' training, then its links to the other nodes, which are to
/// do the same at this time. Nothing is written to a run's folder. With an empty name it is the whole of a run without nodes.
/// Throws invalid_input or io_failure where the node could not train either, and invalid_input where the others refuse it.
node_findings measure_node(const run_config& config, const std::string& name);

} // namespace paceline
