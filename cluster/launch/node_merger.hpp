#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/node_supervisor.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/record/summary.hpp"

#include <vector>

namespace paceline {

/// Gathers what the nodes of a run left (runs/NAME/nodes/NODE) into the run's own folder, as a run inside one process would have
/// left it: both logs, a checkpoint with the centre over all nodes' workers and with the leader, a last test of both, and
/// summary.json. `ends` is what is known of the nodes' processes; nodes that it does not name are judged by their folders.
/// A node that stayed down counts with its steps, but its workers are not in the centre: they stopped long ago.
/// Can be done again at any time when no node runs. What is damaged in a node's folder is a failure in the summary.
/// Throws io_failure where the run's folder cannot be written.
run_summary merge_nodes(const run_config& config, const run_folder& folder, const std::vector<supervised_end>& ends);

} // namespace paceline
