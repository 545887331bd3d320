#include "cluster/bench/pull_latency.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr worker_id old_leader{0, 0};
constexpr worker_id new_leader{0, 1};
constexpr worker_id follower{0, 2};

bool all_follow(worker_id, worker_id) {
  return true;
}

leader_announcement decision(std::uint64_t number, worker_id leader, double loss, std::chrono::nanoseconds at) {
  return {.decision = number, .leader = leader, .loss = loss, .decided_at = at};
}

pull_applied pull(worker_id worker, worker_id leader, std::uint64_t decision, std::uint64_t steps) {
  return {.worker = worker, .leader = leader, .decision = decision, .steps = steps};
}

/// Steps of 10 ms. The new leader's loss crosses at 20 ms; a report of the follower at 40 ms lets decision 2 fall due, and the step
/// that begins at 50 ms pulls to it.
latency_record one_change() {
  latency_record record;
  for (const auto worker : {old_leader, new_leader, follower})
    for (int step = 0; step < 10; ++step)
      record.steps[worker].push_back({step * 10ms, (step + 1) * 10ms});
  record.reports = {{.worker = old_leader, .steps = 1, .loss = 1, .measured_at = 10ms},
                    {.worker = new_leader, .steps = 2, .loss = 0.5, .measured_at = 20ms},
                    {.worker = new_leader, .steps = 3, .loss = 0.5, .measured_at = 30ms},
                    {.worker = follower, .steps = 4, .loss = 2, .measured_at = 40ms},
                    {.worker = old_leader, .steps = 5, .loss = 1, .measured_at = 45ms}};
  record.decisions = {decision(1, old_leader, 1, 11ms), decision(2, new_leader, 0.5, 41ms),
                      decision(3, old_leader, 0.25, 95ms)};
  record.pulls = {pull(follower, old_leader, 1, 3), pull(follower, new_leader, 2, 6),
                  pull(old_leader, new_leader, 2, 7)};
  return record;
}

} // namespace

TEST_CASE("a pull's latency is counted from the crossing and from the report that let the decision fall due") {
  const auto found = find_pull_latencies(
    one_change(), [](worker_id leader, worker_id who) { return leader == new_leader && who == follower; });
  REQUIRE(found.changes == 1);
  REQUIRE(found.missed == 0);
  REQUIRE(found.pulls.size() == 1);
  REQUIRE(found.pulls[0].follower == follower);
  REQUIRE(found.pulls[0].from_crossing == 40ms);
  REQUIRE(found.pulls[0].from_decision == 20ms);
}

TEST_CASE("every follower of a new leader counts, the leader itself does not") {
  const auto found = find_pull_latencies(one_change(), all_follow);
  REQUIRE(found.pulls.size() == 2);
  REQUIRE(found.pulls[0].follower == old_leader);
  REQUIRE(found.pulls[0].from_decision == 30ms);
}

TEST_CASE("a newer snapshot of the same leader counts where it has taken the place of the first") {
  auto record = one_change();
  record.decisions[2] = decision(3, new_leader, 0.5, 60ms);
  record.decisions.push_back(decision(4, old_leader, 0.25, 95ms));
  record.pulls = {pull(follower, new_leader, 3, 8), pull(old_leader, new_leader, 2, 7)};
  const auto found = find_pull_latencies(record, all_follow);
  REQUIRE(found.changes == 1);
  REQUIRE(found.pulls.size() == 2);
  REQUIRE(found.pulls[1].from_decision == 40ms);
}

TEST_CASE("a follower that is not pulled before the lead changes again is counted as missed") {
  auto record = one_change();
  record.pulls = {pull(old_leader, new_leader, 2, 7)};
  const auto found = find_pull_latencies(record, all_follow);
  REQUIRE(found.pulls.size() == 1);
  REQUIRE(found.missed == 1);
}

TEST_CASE("a decision that leaves the lead where it is, and a change that the run's end cuts short, are not counted") {
  auto record = one_change();
  record.decisions.resize(2);
  REQUIRE(find_pull_latencies(record, all_follow).changes == 0);
  record.decisions[1].leader = old_leader;
  record.decisions.push_back(decision(3, old_leader, 1, 60ms));
  REQUIRE(find_pull_latencies(record, all_follow).changes == 0);
}

TEST_CASE("a step's time is the median over all workers") {
  latency_record record;
  record.steps[old_leader] = {{0ms, 10ms}, {10ms, 30ms}};
  record.steps[follower] = {{0ms, 500ms}};
  REQUIRE(median_step_seconds(record) == Approx(0.02));
}
