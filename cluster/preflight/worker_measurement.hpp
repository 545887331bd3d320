#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/preflight/node_findings.hpp"

#include <chrono>
#include <cstddef>

namespace paceline {

/// Which workers of the run train in this process: positions over all processes of the machine, as cores are dealt out.
struct worker_positions {
  std::size_t first = 0;
  std::size_t count = 1;
};

/// Lets these workers make steps of the task for so long, all at the same time as in a run, each on a thread and on cores of its own;
/// then times pulls and copies. Medians over all workers' steps. A worker makes at least three steps that count.
worker_costs measure_workers(const run_config& config, const training_task& task, worker_positions workers,
                             std::chrono::nanoseconds time);

} // namespace paceline
