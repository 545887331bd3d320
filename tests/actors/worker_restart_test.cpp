// Lost workers that are started again, on CAF's deterministic scheduler.
#include "compute/trainer_decorator.hpp"
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <map>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// Allows restarts, at the next look at the clock.
cluster_plan restarting_plan(std::uint32_t groups, std::uint32_t per_group, std::uint64_t steps_per_worker) {
  auto plan = quadratic_plan(groups, per_group, steps_per_worker);
  plan.restarts = {.most = 5, .first_wait = 0ns};
  return plan;
}

/// Worker `fails` throws at that step of its own, in its first `times` incarnations.
void let_fail(cluster_plan& plan, worker_id fails, std::uint64_t step, int times = 1) {
  plan.make_trainer = [=, healthy = plan.make_trainer, left = std::make_shared<int>(times)](worker_id id) {
    if (id != fails || *left == 0)
      return healthy(id);
    --*left;
    auto goal = std::make_unique<quadratic>();
    goal->throw_at(step);
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05, .momentum = 0.9}, 1);
  };
}

/// A trainer that notes what it is restored to.
class watched_trainer final : public trainer_decorator {
 public:
  watched_trainer(std::unique_ptr<trainer> inner, std::vector<trainer_state>& begun)
    : trainer_decorator(std::move(inner)), begun_(begun) {}

  void restore(const trainer_state& state) override {
    begun_.push_back(state);
    trainer_decorator::restore(state);
  }

 private:
  std::vector<trainer_state>& begun_;
};

void watch(cluster_plan& plan, std::map<worker_id, std::vector<trainer_state>>& begun) {
  plan.make_trainer = [make = plan.make_trainer, &begun](worker_id id) -> std::unique_ptr<trainer> {
    return std::make_unique<watched_trainer>(make(id), begun[id]);
  };
}

/// Reports of a worker at or after that step of its own.
std::vector<loss_report> reports_from(const recorded_run& run, worker_id id, std::uint64_t step) {
  std::vector<loss_report> reports;
  for (const auto& progress : run.progress)
    if (progress.report.worker == id && progress.report.steps > step)
      reports.push_back(progress.report);
  return reports;
}

} // namespace

TEST_CASE("a worker that failed goes on from a leader's parameters with fresh optimiser state, and takes part again") {
  const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5);
  const worker_id failing{1, 0};
  auto plan = restarting_plan(2, 2, 400);
  let_fail(plan, failing, 60);
  std::map<worker_id, std::vector<trainer_state>> begun;
  watch(plan, begun);
  const auto run = run_to_end(std::move(plan), 0, seed);
  REQUIRE(run.end.failures.size() == 1);
  REQUIRE(run.restarts.size() == 1);
  REQUIRE(run.restarts[0].worker == failing);
  REQUIRE(run.restarts[0].steps == 60);
  REQUIRE(run.restarts[0].restarts == 1);
  REQUIRE(run.restarts[0].source.has_value());

  const auto& start = begun[failing].at(0);
  REQUIRE(start.steps == 60);
  REQUIRE(start.optimiser.velocity == std::vector<float>(8, 0.0f));

  REQUIRE(run.end.state->workers.size() == 4);
  REQUIRE(run.end.state->workers[2].training.steps > 100);
  const auto pulled_again = [&](const pull_applied& pull) { return pull.worker == failing && pull.steps > 60; };
  REQUIRE(std::any_of(run.pulls.begin(), run.pulls.end(), pulled_again));
  REQUIRE(reports_from(run, failing, 60).back().window_full);
}

TEST_CASE("a restarted worker cannot lead before its loss window is full") {
  const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5);
  const worker_id failing{0, 1};
  auto plan = restarting_plan(1, 3, 400);
  plan.strategy.loss_window = 20;
  let_fail(plan, failing, 60);
  const auto run = run_to_end(std::move(plan), 0, seed);
  REQUIRE(run.restarts.size() == 1);
  const auto reports = reports_from(run, failing, 60);
  REQUIRE(reports.size() > 30);
  for (const auto& report : reports)
    REQUIRE(report.window_full == (report.steps >= 80));
  for (const auto& decision : run.decisions)
    if (decision.leader == failing)
      REQUIRE((decision.leader_steps <= 60 || decision.leader_steps >= 80));
}

TEST_CASE("all steps are counted once and never fewer than before, whoever is lost and comes back") {
  const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5);
  auto plan = restarting_plan(2, 2, 300);
  plan.checkpoint_every = 60us;
  let_fail(plan, {0, 0}, 50);
  let_fail(plan, {1, 1}, 70);
  std::vector<std::uint64_t> totals;
  plan.write_checkpoint = [&](const run_state& state) { totals.push_back(state.total_steps); };
  const auto run = run_to_end(std::move(plan), 0, seed);
  REQUIRE(run.restarts.size() == 2);
  REQUIRE(totals.size() > 2);
  REQUIRE(std::is_sorted(totals.begin(), totals.end()));
  // A step was claimed and not made at each loss.
  REQUIRE(run.end.state->total_steps == 1200 - 2);
}

TEST_CASE("a worker that is killed is started again, even where it was the only one") {
  auto plan = restarting_plan(1, 1, 100'000);
  plan.strategy.loss_window = 5;
  simulated_run run(std::move(plan));
  run.run_some(3000);
  const auto& record = run.record();
  REQUIRE_FALSE(record.decisions.empty());
  REQUIRE(run.services().plane->newest(scope::global, 0) != nullptr);
  run.tell_supervisor(kill_worker{{0, 0}});
  run.run_some(3000);
  run.pass_time(100ms);
  run.run_some(3000);
  REQUIRE(record.failures.size() == 1);
  REQUIRE(record.failures[0].what == "killed");
  REQUIRE(record.restarts.size() == 1);
  REQUIRE(record.restarts[0].steps == record.failures[0].steps);
  REQUIRE(record.restarts[0].source == worker_id{0, 0});
  // After the kill nothing of the first incarnation is heard: reports rise by the interval of reports.
  for (std::size_t i = 1; i < record.progress.size(); ++i)
    REQUIRE(record.progress[i].report.steps > record.progress[i - 1].report.steps);
  run.tell_supervisor(stop_run{});
  run.run_to_end();
  REQUIRE(record.finished);
  REQUIRE(record.end.stuck.empty());
}

TEST_CASE("before the first leader a restarted worker begins from another worker's parameters, not from random ones") {
  auto plan = restarting_plan(1, 2, 200);
  plan.strategy.period_group = plan.strategy.period_global = 0; // nobody ever leads
  let_fail(plan, {0, 0}, 30);
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.decisions.empty());
  REQUIRE(run.restarts.size() == 1);
  REQUIRE(run.restarts[0].source == worker_id{0, 1});
}

TEST_CASE("without company and before the first leader it begins from its seed's start, and its steps count on") {
  auto plan = restarting_plan(1, 1, 200);
  plan.strategy.period_group = plan.strategy.period_global = 0;
  let_fail(plan, {0, 0}, 30);
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.restarts.size() == 1);
  REQUIRE(run.restarts[0].source == std::nullopt);
  REQUIRE(run.end.state->total_steps == 199);
}

TEST_CASE("a worker that is lost again and again is given up at its limit, and the others ride on to the end") {
  auto plan = restarting_plan(1, 2, 300);
  plan.restarts.most = 2;
  plan.make_trainer = [healthy = plan.make_trainer](worker_id id) {
    if (id.index == 0)
      return healthy(id);
    auto goal = std::make_unique<quadratic>();
    goal->throw_at(40); // the steps count on, so a successor fails at once
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05, .momentum = 0.9}, 1);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.restarts.size() == 2);
  REQUIRE(run.end.failures.size() == 4);
  REQUIRE(run.end.failures[3].code == failure_code::worker_given_up);
  REQUIRE(run.end.failures[3].worker == worker_id{0, 1});
  REQUIRE(run.end.state->workers.size() == 1);
  REQUIRE(run.end.state->total_steps == 600 - 3);
}

TEST_CASE("in lock-step nothing is restarted, and neither where the plan does not allow it") {
  const bool lockstep = GENERATE(false, true);
  auto plan = restarting_plan(1, 2, 100);
  plan.lockstep = lockstep;
  if (!lockstep)
    plan.restarts = {};
  let_fail(plan, {0, 1}, 20);
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.finished);
  REQUIRE(run.restarts.empty());
  REQUIRE(run.end.state->workers.size() == 1);
  REQUIRE(run.end.failures.size() == 1);
}

TEST_CASE("a run does not wait at its end for workers on their way back") {
  auto plan = restarting_plan(1, 2, 100);
  plan.restarts.first_wait = 24h;
  plan.restarts.longest_wait = 24h;
  let_fail(plan, {0, 1}, 20);
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.finished);
  REQUIRE(run.restarts.empty());
  REQUIRE(run.end.state->total_steps == 199);
}

TEST_CASE("a cluster that joins late starts all its workers from the snapshot that it is given") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 3, 10);
  plan.lockstep = lockstep;
  const auto model = quadratic(8);
  leader_snapshot leader{.leader = {9, 9}, .fingerprint = model.layout().fingerprint()};
  leader.parameters.assign(8, 0.25f);
  plan.start_from = [start = std::make_shared<const leader_snapshot>(leader)](worker_id) { return start; };
  std::map<worker_id, std::vector<trainer_state>> begun;
  watch(plan, begun);
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.empty());
  REQUIRE(begun.size() == 3);
  for (const auto& [id, starts] : begun)
    REQUIRE(starts.at(0).parameters == leader.parameters);
  REQUIRE(run.end.state->total_steps == 30);
}

TEST_CASE("a worker is refused a start from another model's parameters") {
  auto plan = quadratic_plan(1, 1, 10);
  plan.start_from = [](worker_id) {
    leader_snapshot foreign{.leader = {3, 1}, .fingerprint = 1};
    foreign.parameters.assign(8, 0.0f);
    return std::make_shared<const leader_snapshot>(foreign);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.size() == 1);
  REQUIRE(run.end.failures[0].code == failure_code::worker_start_failed);
  REQUIRE(run.end.failures[0].what
          == "the parameters of worker 3.1, which worker 0.0 was to begin from, are of another model");
}

TEST_CASE("the roster of shards follows who trains") {
  auto plan = restarting_plan(1, 2, 2000);
  plan.roster = std::make_shared<shard_roster>(2);
  const auto roster = plan.roster;
  std::vector<std::vector<bool>> when_made;
  plan.make_trainer = [&when_made, roster, healthy = plan.make_trainer](worker_id id) {
    when_made.push_back(roster->live());
    auto goal = std::make_unique<quadratic>();
    if (id.index == 1)
      goal->throw_at(40);
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05, .momentum = 0.9}, 1);
  };
  plan.restarts.most = 1;
  run_to_end(std::move(plan));
  REQUIRE(when_made.size() == 3);
  REQUIRE(when_made[1] == std::vector<bool>{true, true});
  REQUIRE(when_made[2] == std::vector<bool>{true, false});
  REQUIRE(roster->live() == std::vector<bool>{true, false});
}
