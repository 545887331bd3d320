#pragma once

#include "messages/leader_announcement.hpp"
#include "messages/loss_report.hpp"
#include "messages/progress.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <vector>

namespace paceline {

/// What was seen of a run in which one worker after the other came to have the lowest loss. All times are on one clock.
struct latency_record {
  struct step {
    std::chrono::nanoseconds began{0};
    std::chrono::nanoseconds ended{0};
  };
  /// By worker; the first is the worker's step number 1, as reports and pulls count them.
  std::map<worker_id, std::vector<step>> steps;
  std::vector<loss_report> reports;
  /// Of one scope and group, in order.
  std::vector<leader_announcement> decisions;
  /// Those of one worker in order.
  std::vector<pull_applied> pulls;
};

/// How long it took from a loss crossing until one follower was pulled toward its new leader.
struct pull_latency {
  worker_id follower;
  /// From the new leader's first report of the loss that won to the end of the step whose pulls include its snapshot, when the
  /// parameters move.
  std::chrono::nanoseconds from_crossing{0};
  /// From the report that let the decision fall due to the same.
  std::chrono::nanoseconds from_decision{0};
};

struct pull_latencies {
  std::vector<pull_latency> pulls;
  /// Decisions by which the lead changed.
  std::size_t changes = 0;
  /// Followers that were not pulled to a new leader before the lead changed again.
  std::size_t missed = 0;
};

/// Of each change of the lead (the first decision is none) and each worker that is to follow it. The report that let a decision fall
/// due is taken to be the last one that was measured before it: reports that were on their way then would make a time seem shorter by
/// the time of a message.
pull_latencies find_pull_latencies(const latency_record& record,
                                   const std::function<bool(worker_id leader, worker_id follower)>& follows);

/// Median duration of all steps. Requires at least one.
double median_step_seconds(const latency_record& record);

} // namespace paceline
