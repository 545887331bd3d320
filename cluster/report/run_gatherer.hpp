#pragma once

#include "cluster/report/run_data.hpp"
#include "cluster/report/sparse_samples.hpp"
#include "messages/progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>

namespace paceline {

/// Makes a run's data of the lines of its logs, one by one, in bounded memory but for changes of leaders.
class run_gatherer {
 public:
  explicit run_gatherer(const run_config& config);

  /// A line of metrics.jsonl or leadership.jsonl; those of either in order. Anything that tells nothing for a report is passed over.
  /// False where it cannot be of this run: of a time before its beginning, or of a worker that it does not have.
  bool add_record(const nlohmann::json& record);

  /// Puts what was gathered into `data`. Called once, as the last thing.
  void finish(run_data& data);

 private:
  /// What a worker told last. Its counters begin anew with each launch.
  struct worker_state {
    worker_progress latest;
    std::uint64_t copies = 0;
  };

  /// All that one node has sent so far.
  struct traffic_of_node {
    std::string node;
    double time_seconds = 0;
    double sent_bytes = 0;
  };

  bool has_worker(worker_id id) const { return id.group < config_.groups.count && id.index < config_.groups.workers; }
  void add_progress(const worker_progress& progress);
  void end_round();
  void add_pull(const nlohmann::json& record, double time);
  void add_decision(const nlohmann::json& record, worker_id leader, double time);
  void add_test(const nlohmann::json& record, double time);
  void add_traffic(const nlohmann::json& record, double time);
  std::vector<traffic_sample> traffic_of_all() const;

  const run_config& config_;
  double latest_time_ = 0;
  std::map<worker_id, worker_state> workers_;
  /// Who told of itself since the last sample.
  std::set<worker_id> round_;
  std::uint64_t copies_ = 0;
  std::uint64_t group_pull_count_ = 0;
  std::uint64_t global_pull_count_ = 0;
  std::uint64_t exchange_count_ = 0;
  sparse_samples<progress_sample> progress_;
  sparse_samples<pull_sample> group_pulls_;
  sparse_samples<pull_sample> global_pulls_;
  sparse_samples<traffic_of_node> traffic_;
  std::map<std::string, sparse_samples<run_test>> tests_;
  std::vector<led_span> global_leaders_;
  std::vector<led_span> group_leaders_;
  /// The place of each group's present leader in group_leaders_.
  std::map<std::uint32_t, std::size_t> present_group_leaders_;
  leadership_tally leadership_;
  /// By node: sent by its present process, and by those before it.
  std::map<std::string, std::pair<double, double>> sent_bytes_;
};

} // namespace paceline
