#pragma once

#include "actors/compute_actor.hpp"
#include "actors/supervisor.hpp"
#include "cluster/console/progress_console.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/record/leadership_tally.hpp"
#include "cluster/record/metrics.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

struct run_recorder_settings {
  run_services services;
  /// The run's logs, open behind their last lines.
  std::shared_ptr<json_lines> metrics;
  std::shared_ptr<json_lines> ledger;
  /// Of the decisions in the log so far, and the time of its latest line.
  leadership_tally leadership;
  std::chrono::nanoseconds last_record_time{0};
  /// Who leads each group and all, where an earlier part of the run decided it; as many entries as groups.
  std::vector<std::optional<worker_id>> group_leaders;
  std::optional<worker_id> global_leader;
  /// Training time of the parts of the run before this launch.
  std::chrono::nanoseconds time_before{0};
  /// Outlives the actor; used by no one else meanwhile.
  progress_console* console = nullptr;
  /// Of what it is told; nullptr where that has no bound.
  std::shared_ptr<backlog> waiting;
  /// What passed the node's link so far; empty where there is none. Asked from the supervisor's naming on.
  std::function<link_counters()> traffic;
};

/// What the recorder knows when the run is over.
struct recorded_end {
  run_finished finish;
  /// Where the run came to its end, whether or not a worker was left.
  std::chrono::nanoseconds training_time{0};
  leadership_tally leadership;
  /// The last progress of each worker, by id; its counters over all its restarts.
  std::vector<worker_progress> workers;
  /// How often each worker was restarted; those that never were are left out.
  std::map<worker_id, std::uint64_t> restarts;
  /// Progress and pulls that were not recorded, since the disk was too slow.
  std::uint64_t dropped_records = 0;
  /// Empty where there is no link.
  std::optional<link_counters> link;
};

struct run_recorder_state {
  run_recorder_state();

  const char* name = "recorder";
  run_recorder_settings settings;
  std::shared_ptr<recorded_end> end;
  caf::actor supervisor;
  std::map<worker_id, worker_progress> progress;
  /// Counters of the lost incarnations of restarted workers: each begins again at 0.
  std::map<worker_id, compute_counters> counted_before;
  /// When each worker's progress was last written; of small models it comes more often than anybody reads it.
  std::map<worker_id, std::chrono::nanoseconds> progress_written;
  std::optional<std::chrono::nanoseconds> traffic_written;
  run_status status;
  double done_at_start;
  std::chrono::nanoseconds last_record_time;
  bool failed;
};

/// To the recorder: answered by `true` when all that it was told before is in the logs.
struct flush_records {};

/// Observes a run: writes its logs and shows where it stands, and that it is being stopped (stop_run). Spawn it detached:
/// disks are slow. The supervisor is named by a message and monitored; where a log cannot be written, a failure is kept and the
/// supervisor is asked to stop. When the run has finished, or the supervisor is gone without a word, it fills `end` and exits.
caf::behavior run_recorder_actor(caf::stateful_actor<run_recorder_state>* self, run_recorder_settings settings,
                                 std::shared_ptr<recorded_end> end);

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::flush_records)
