#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/node_membership.hpp"

#include <filesystem>
#include <iosfwd>

namespace paceline {

/// The part of a run that this process does: all of it, or that of one node.
struct process_run {
  run_config config;
  /// Where its logs and checkpoints go.
  std::filesystem::path folder;
  /// The folder holds an earlier part of this run.
  bool go_on = false;
  /// Where the run has several nodes; else nullptr. Outlives the run.
  node_membership* node = nullptr;
};

/// Trains until the budget is used up or a signal comes: shows where it stands on `out`, and leaves a complete run folder; one line
/// on `err` says why a run failed. Call it before any other thread is made (it takes SIGINT and SIGTERM over).
/// Throws invalid_input or io_failure where the run cannot be set up; then no trace of it is left.
launch_exit run_in_this_process(const process_run& run, std::ostream& out, std::ostream& err);

} // namespace paceline
