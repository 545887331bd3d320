#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/node_commands.hpp"
#include "cluster/preflight/preflight_report.hpp"

#include <functional>
#include <string>

namespace paceline {

/// Measures what the cluster file describes, where it describes it: starts every node as launch would, in its measuring mode, and
/// gathers what each found. A node that has not told it 5 x patience after another one has is ended. Without nodes this process
/// measures itself. `signals` says how many signals have asked this process to end: the nodes end too, and count as silent.
/// Throws invalid_input or io_failure where it cannot begin.
preflight_result run_preflight(const run_config& config, const launch_tools& tools,
                               const std::function<int()>& signals);

} // namespace paceline
