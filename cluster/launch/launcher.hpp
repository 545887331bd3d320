#pragma once

#include "cluster/config/run_config.hpp"

#include <iosfwd>

namespace paceline {

/// How a launch ended, as an exit code of the process.
enum class launch_exit : int {
  /// The budget was used up.
  finished = 0,
  /// No worker was left, or what the run produced could not be kept.
  failed = 1,
  /// Somebody stopped it; it ended cleanly and can be resumed.
  interrupted = 130,
};

struct launch_options {
  run_config config;
  /// The run folder holds an earlier part of this run, to go on from its latest checkpoint.
  bool resume = false;
};

/// Runs a cluster inside this process until its budget is used up or a signal comes: trains, shows where it stands on `out`, and leaves
/// a complete run folder; one line on `err` says why a run failed. Call it before any other thread is made (it takes SIGINT and SIGTERM over).
/// Throws invalid_input or io_failure where the run cannot be set up; then no trace of it is left.
launch_exit launch(const launch_options& options, std::ostream& out, std::ostream& err);

} // namespace paceline
