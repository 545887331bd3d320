#include "cluster/bench/pull_latency.hpp"

#include "cluster/bench/median.hpp"

#include <algorithm>
#include <optional>

namespace paceline {

namespace {

using std::chrono::nanoseconds;

/// When the leader first told the loss by which it won.
std::optional<nanoseconds> crossing_of(const latency_record& record, const leader_announcement& decision) {
  std::optional<nanoseconds> first;
  for (const auto& report : record.reports)
    if (report.worker == decision.leader && report.loss == decision.loss && (!first || report.measured_at < *first))
      first = report.measured_at;
  return first;
}

std::optional<nanoseconds> last_report_before(const latency_record& record, nanoseconds time) {
  std::optional<nanoseconds> last;
  for (const auto& report : record.reports)
    if (report.measured_at <= time && (!last || report.measured_at > *last))
      last = report.measured_at;
  return last;
}

/// The follower's first pull by that decision or a later one before `next`: the leader's newer snapshot may have taken the place of
/// the first one.
const pull_applied* first_pull(const latency_record& record, const leader_announcement& decision, std::uint64_t next,
                               worker_id follower) {
  const auto found = std::find_if(record.pulls.begin(), record.pulls.end(), [&](const pull_applied& pull) {
    return pull.worker == follower && pull.leader == decision.leader && pull.decision >= decision.decision
           && pull.decision < next;
  });
  return found == record.pulls.end() ? nullptr : &*found;
}

} // namespace

pull_latencies find_pull_latencies(const latency_record& record,
                                   const std::function<bool(worker_id leader, worker_id follower)>& follows) {
  pull_latencies result;
  const auto& decisions = record.decisions;
  for (std::size_t i = 1; i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    if (decision.leader == decisions[i - 1].leader)
      continue;
    const auto next = std::find_if(decisions.begin() + static_cast<std::ptrdiff_t>(i), decisions.end(),
                                   [&](const auto& later) { return later.leader != decision.leader; });
    const auto crossing = crossing_of(record, decision);
    const auto due = last_report_before(record, decision.decided_at);
    // The run's end may cut the last one short.
    if (next == decisions.end() || !crossing || !due)
      continue;
    ++result.changes;
    for (const auto& [follower, steps] : record.steps) {
      if (follower == decision.leader || !follows(decision.leader, follower))
        continue;
      const auto* pull = first_pull(record, decision, next->decision, follower);
      if (pull == nullptr || pull->steps == 0 || pull->steps > steps.size()) {
        ++result.missed;
        continue;
      }
      const auto& step = steps[pull->steps - 1];
      result.pulls.push_back(
        {.follower = follower, .from_crossing = step.ended - *crossing, .from_decision = step.ended - *due});
    }
  }
  return result;
}

double median_step_seconds(const latency_record& record) {
  std::vector<double> seconds;
  for (const auto& [worker, steps] : record.steps)
    for (const auto& step : steps)
      seconds.push_back(std::chrono::duration<double>(step.ended - step.began).count());
  return median(std::move(seconds));
}

} // namespace paceline
