#pragma once

#include "cluster/link/link_counters.hpp"
#include "cluster/record/fault_tally.hpp"
#include "cluster/record/leadership_tally.hpp"
#include "compute/data/unreadable_pictures.hpp"
#include "messages/failure.hpp"
#include "messages/progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// How a run came to its end.
enum class run_outcome : std::uint8_t {
  /// The budget was used up.
  finished,
  /// Somebody stopped it; it can be resumed.
  interrupted,
  /// A failure ended it.
  failed,
};

const char* to_string(run_outcome outcome);

/// One node of a run of several.
struct node_summary {
  std::string name;
  std::uint32_t first_group = 0;
  std::uint32_t groups = 0;
  /// Of its workers together.
  std::uint64_t steps = 0;
  /// Empty where nobody knows: the process that launched it was gone first.
  std::optional<std::uint32_t> restarts;
  /// Of its last process; 128 + signal where a signal ended it.
  std::optional<int> exit_code;
  /// Its workers are part of the centre and can be the leader; those of a node that stayed down are not.
  bool in_centre = false;
  /// Another node saw it at some time, or it another.
  bool met_others = false;
  /// What passed the link of its last process; empty where it told nothing of it.
  std::optional<link_counters> link;
};

/// What is worth knowing of a run when it is over.
struct run_summary {
  std::string name;
  run_outcome outcome = run_outcome::finished;
  /// Training time, resumed parts included; evaluation is left out.
  std::chrono::nanoseconds training_time{0};
  /// From the start of this launch to its end, everything included.
  std::chrono::nanoseconds wall_time{0};
  /// Of this launch alone; the rate of steps is over it.
  std::chrono::nanoseconds training_time_of_launch{0};
  /// The same of single workers, where nodes began at different times.
  std::map<worker_id, std::chrono::nanoseconds> times_of_launch;
  /// The last state of every worker.
  std::vector<worker_progress> workers;
  /// Those of the other nodes included; 0 where these are all.
  std::size_t workers_of_run = 0;
  /// How often each worker was restarted in this launch; those that never were are left out.
  std::map<worker_id, std::uint64_t> restarts;
  /// Lines of progress and pulls that the logs lack, since the disk was too slow for them.
  std::uint64_t dropped_records = 0;
  leadership_tally leadership;
  /// The last test; empty where there was none.
  std::optional<evaluation> final_test;
  /// Files of the data set that were found not to be readable.
  unreadable_report unreadable;
  std::vector<failure> failures;
  /// Rehearsed ones.
  std::vector<fault_outcome> faults;
  /// What passed the link of the process, where that was one node of several.
  std::optional<link_counters> link;
  /// Empty for a run inside one process.
  std::vector<node_summary> nodes;
};

/// Where the last test found neither a centre nor a leader with a finite loss the run has failed, and says so.
void fail_where_all_diverged(run_summary& summary);

/// The object of summary.json (docs/run-folder.md).
nlohmann::json to_json(const run_summary& summary);

/// A few lines for people, each with its end.
std::string to_text(const run_summary& summary);

} // namespace paceline
