#pragma once

#include "actors/run_state.hpp"
#include "cluster/link/link_counters.hpp"
#include "messages/centre_exchange.hpp"
#include "messages/failure.hpp"
#include "messages/fault.hpp"
#include "messages/leader_announcement.hpp"
#include "messages/membership.hpp"
#include "messages/progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <optional>

namespace paceline {

// The lines of metrics.jsonl and leadership.jsonl. docs/run-folder.md names every field with its unit; programs of
// others read them, so a field keeps its name and meaning. Numbers that are not finite become null.

/// When something is recorded: on the axis of results, and by the clock on the wall.
struct record_time {
  /// Training time since the run began, resumed parts included; evaluation is left out.
  std::chrono::nanoseconds training{0};
  std::chrono::system_clock::time_point wall;
};

nlohmann::json to_record(const worker_progress& progress, const record_time& when);
nlohmann::json to_record(const worker_point& traced, const record_time& when);
nlohmann::json to_record(const pull_applied& pull, const record_time& when);
nlohmann::json to_record(const worker_recovered& recovery, const record_time& when);
nlohmann::json to_record(const centre_exchanged& exchange, const record_time& when);
nlohmann::json to_record(const worker_restarted& restart, const record_time& when);
/// Stands on the time axis where its parameters were taken, not where the test ended.
nlohmann::json to_record(const evaluation& result, std::chrono::system_clock::time_point wall);
nlohmann::json to_record(const failure& what, const record_time& when);
nlohmann::json to_record(const fault_event& event, const record_time& when);
nlohmann::json to_record(const leader_announcement& decision, const record_time& when);
nlohmann::json to_record(const node_joined& event, const record_time& when);
nlohmann::json to_record(const node_lost& event, const record_time& when);
nlohmann::json to_record(const seat_taken& event, const record_time& when);
/// Of this process since it began.
nlohmann::json to_record(const link_counters& traffic, const record_time& when);

/// Whether a record tells of what had happened when a checkpoint was taken: what a resumed run's log keeps. Decisions
/// are told by their numbers, the rest by steps, so nothing is lost or doubled however late its line was written.
bool recorded_before(const nlohmann::json& record, const run_state& checkpoint);

/// The worker's progress that a line of metrics.jsonl tells of; empty where it tells of something else.
std::optional<worker_progress> progress_of(const nlohmann::json& record);

/// The failure that a line of metrics.jsonl tells of; empty where it tells of something else.
std::optional<failure> failure_of(const nlohmann::json& record);

/// The training time of a record; 0 where it has none.
std::chrono::nanoseconds time_of(const nlohmann::json& record);

/// Whether a failure of that kind is a worker's, so that failure::worker means something.
bool is_of_a_worker(failure_code code);

} // namespace paceline
