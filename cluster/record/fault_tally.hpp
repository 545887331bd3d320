#pragma once

#include "cluster/faults/fault_roster.hpp"
#include "messages/fault.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// What a rehearsed fault did to a run.
struct fault_outcome {
  std::uint64_t number = 0;
  /// fault_kind by its name.
  std::string kind{};
  /// Who carried it out.
  std::string node{};
  /// The victim where that is a worker.
  std::optional<worker_id> worker{};
  /// Training time at which it began.
  double time_seconds = 0;
  /// From its beginning until every victim took part again, by the clock on the wall; empty where the log ends before.
  std::optional<double> recovery_seconds{};
  /// Steps that its victims would have made until then at their pace before, less those that they made.
  double lost_steps = 0;
};

/// Follows rehearsed faults through the lines of metrics.jsonl, of one node or merged from all.
///
/// A fault's victims are its worker, or all workers of its node. One takes part again when, after the fault has ended, it is pulled
/// or its parameters are copied for others; after the fault of a node a global pull is needed. After a fault that takes a worker's
/// parameters away (kills and poison) only what it does in its new life counts: restarted, or set onto a leader's parameters.
class fault_tally {
 public:
  /// Of the run whose log it is.
  explicit fault_tally(fault_roster roster) : roster_(std::move(roster)) {}

  /// A line, in order; anything that tells nothing of faults or workers is passed over.
  void add_record(const nlohmann::json& record);

  /// In the order in which they began.
  std::vector<fault_outcome> outcomes() const;

 private:
  /// What the log has told of a worker so far.
  struct worker_history {
    /// Counts restarts and recoveries.
    std::uint64_t life = 0;
    std::uint64_t steps_since_start = 0;
    std::uint64_t snapshots_taken = 0;
    /// Steps made, those of earlier lives included.
    std::uint64_t steps = 0;
    double progress_at = 0;
    /// Steps a second between its last two lines of progress; empty before.
    std::optional<double> pace{};
  };

  struct victim {
    /// When it took part again, on the wall.
    std::optional<double> back_at{};
    std::uint64_t life_before = 0;
    std::uint64_t steps_before = 0;
    double pace_before = 0;
    std::uint64_t steps_when_back = 0;
  };

  struct followed_fault {
    fault_outcome outcome;
    double began_at = 0;
    bool goes_on = false;
    bool of_node = false;
    bool takes_life = false;
    std::map<worker_id, victim> victims;
  };

  void begin(const nlohmann::json& record, double now);
  void end(const nlohmann::json& record);
  void note_progress(worker_id id, const nlohmann::json& record, double now);
  void note_part(worker_id id, bool in_all, double now);

  fault_roster roster_;
  std::map<worker_id, worker_history> workers_;
  std::vector<followed_fault> faults_;
};

/// Elements of `faults` in summary.json (docs/run-folder.md).
nlohmann::json to_json(const fault_outcome& outcome);

/// One line for people, without its end.
std::string to_text(const fault_outcome& outcome);

} // namespace paceline
