#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/picture_problem.hpp"

#include "actors/worker_training.hpp"
#include "compute/affinity.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/launch/tiny_run.hpp"

#include <algorithm>
#include <set>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// A state of the tiny run's groups in which these workers are there, the first in the lead.
run_state state_of(std::initializer_list<worker_id> workers) {
  run_state state;
  state.groups.resize(2);
  for (const auto id : workers) {
    worker_state worker;
    worker.id = id;
    worker.training.steps = 10 + id.group;
    worker.training.parameters = {static_cast<float>(id.group), static_cast<float>(id.index)};
    worker.training.optimiser.velocity = {1.0f, 2.0f};
    worker.losses = {0.5};
    state.workers.push_back(worker);
  }
  state.leader = *workers.begin();
  align_coordinators(state, 2, 2);
  return state;
}

} // namespace

TEST_CASE("the workers' shards are disjoint and together the training set") {
  const auto config = tiny_run("runs");
  const auto task = load_task(config);
  std::set<std::uint32_t> seen;
  std::size_t pictures = 0;
  for (std::size_t position = 0; position < config.workers(); ++position) {
    const auto shard = shard_of(config, task, position);
    const auto order = shard.order(0);
    seen.insert(order.begin(), order.end());
    pictures += order.size();
  }
  REQUIRE(pictures == 66);
  REQUIRE(seen.size() == 66);
}

TEST_CASE("an epoch is as many batches as the smallest shard has") {
  const auto config = tiny_run("runs");
  // 66 pictures are 17, 17, 16 and 16: two batches of 8.
  REQUIRE(batches_per_epoch(config, load_task(config)) == 2);
}

TEST_CASE("restarts, verification and shards are taken from the cluster file") {
  auto config = tiny_run("runs");
  const auto task = load_problem(config);
  REQUIRE(make_plan(config, task).roster == nullptr);
  config.supervision = {.worker_restarts = 3, .node_restarts = 0, .restart_window = 40s};
  config.strategy.verify = true;
  config.strategy.verify_tolerance = 0.25;
  config.strategy.verify_allowance = 0.5;
  config.network.patience = 1s;
  config.data.rebalance_shards = true;
  const auto plan = make_plan(config, task);
  REQUIRE(plan.restarts.most == 3);
  REQUIRE(plan.restarts.span == 40s);
  REQUIRE(plan.restarts.first_wait == 100ms);
  REQUIRE(plan.restarts.longest_wait == 15s);
  REQUIRE(plan.strategy.verification.probe);
  REQUIRE(plan.strategy.verification.tolerance == 0.25);
  REQUIRE(plan.strategy.verification.allowance == 0.5);
  REQUIRE(plan.strategy.verification.time_limit == 5s);
  REQUIRE(plan.roster->live() == std::vector<bool>(config.workers(), true));
}

TEST_CASE("the budget in steps is the smallest that steps and epochs allow, times the workers") {
  auto config = tiny_run("runs", 10);
  const auto task = load_problem(config);
  REQUIRE(make_plan(config, task).budget.total_steps == 40u);
  config.budget.epochs = 2.5;
  REQUIRE(make_plan(config, task).budget.total_steps == 20u);
  config.budget.steps.reset();
  REQUIRE(make_plan(config, task).budget.total_steps == 20u);
  config.budget.epochs.reset();
  config.budget.time = 3s;
  REQUIRE_FALSE(make_plan(config, task).budget.total_steps);
  REQUIRE(make_plan(config, task).budget.training_time == 3s);
}

TEST_CASE("workers of plain SGD have no period") {
  auto config = tiny_run("runs");
  const auto task = load_problem(config);
  REQUIRE(make_plan(config, task).strategy.period_group == 4);
  config.strategy.kind = "sgd";
  REQUIRE(make_plan(config, task).strategy.period_group == 0);
  REQUIRE(make_plan(config, task).strategy.period_global == 0);
}

TEST_CASE("a worker trains with what the file says for it alone") {
  auto config = tiny_run("runs");
  config.workers_apart.of_all["learning_rate"] = geometric_values{.first = 0.4, .factor = 0.5};
  config.workers_apart.of_one[3] = {{"pull_global", 0.75}};
  const auto plan = make_plan(config, load_problem(config));
  const auto training_of = [&](worker_id id) {
    worker_training_settings training{.id = id, .strategy = plan.strategy, .learning_rate = plan.learning_rate};
    plan.set_apart(training);
    return training;
  };
  REQUIRE(training_of({0, 1}).learning_rate == 0.2);
  REQUIRE(training_of({0, 1}).strategy.pull_global == config.strategy.pull_global);
  REQUIRE(training_of({1, 1}).learning_rate == 0.05);
  REQUIRE(training_of({1, 1}).strategy.pull_global == 0.75);
  REQUIRE(plan.make_trainer({1, 0})->learning_rate() == 0.1);
}

TEST_CASE("workers start from points of their own, or all from one where the file says so") {
  auto config = tiny_run("runs");
  config.strategy.shared_start = GENERATE(false, true);
  const auto plan = make_plan(config, load_problem(config));
  const auto first = plan.make_trainer({0, 0})->save().parameters;
  REQUIRE((plan.make_trainer({1, 1})->save().parameters == first) == config.strategy.shared_start);
}

TEST_CASE("each worker has as many cores as threads, in turn") {
  auto config = tiny_run("runs");
  const auto usable = usable_cores();
  for (std::size_t position = 0; position < 4; ++position)
    REQUIRE(cores_of(config, position) == std::vector<int>{usable[position % usable.size()]});
  config.device.threads_per_worker = 1024;
  auto all = cores_of(config, 1);
  std::sort(all.begin(), all.end());
  REQUIRE(all == usable);
  config.device.pin = false;
  REQUIRE(cores_of(config, 0).empty());
}

TEST_CASE("a worker that a checkpoint lacks goes on from the leader with fresh momentum") {
  const auto config = tiny_run("runs");
  const auto plan = make_plan(config, load_problem(config));
  auto state = state_of({{1, 0}, {0, 0}, {1, 1}});
  complete_workers(state, plan);
  REQUIRE(state.workers.size() == 4);
  for (std::size_t position = 0; position < 4; ++position)
    REQUIRE(plan.position(state.workers[position].id) == position);
  const auto& added = state.workers[1];
  REQUIRE(added.training.parameters == std::vector<float>{1.0f, 0.0f});
  REQUIRE(added.training.optimiser.velocity == std::vector<float>{0.0f, 0.0f});
  REQUIRE(added.training.steps == 11);
  REQUIRE(added.losses.empty());
  // Nobody takes its steps for made just now.
  REQUIRE(state.groups[0].member_steps == std::vector<std::uint64_t>{10, 11});
  REQUIRE(state.global.member_steps == std::vector<std::uint64_t>{21, 22});
  // The leader keeps its own.
  REQUIRE(state.workers[2].training.optimiser.velocity == std::vector<float>{1.0f, 2.0f});
}

TEST_CASE("a checkpoint of other groups is refused with both sizes") {
  auto config = tiny_run("runs");
  config.groups = GENERATE(run_config::groups_section{1, 4}, run_config::groups_section{2, 3});
  const auto plan = make_plan(config, load_problem(config));
  auto state = state_of({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  REQUIRE_THROWS_WITH(complete_workers(state, plan),
                      Catch::Matchers::ContainsSubstring("2 groups of 2 workers, the cluster of "
                                                         + std::to_string(config.groups.count) + " of "
                                                         + std::to_string(config.groups.workers)));
}

TEST_CASE("a state whose parts do not belong together is refused") {
  const auto config = tiny_run("runs");
  const auto plan = make_plan(config, load_problem(config));
  auto state = state_of({{0, 0}, {0, 1}, {1, 0}, {1, 1}});
  std::string said;
  const int damage = GENERATE(0, 1, 2, 3, 4, 5, 6, 7);
  if (damage == 0)
    state.groups[1].candidates.clear();
  else if (damage == 1)
    state.global.member_steps.push_back(0);
  else if (damage == 2)
    state.workers[3].id = {7, 0};
  else if (damage == 3) {
    state.groups[1].leader = {0, 1};
    said = "groups[1].leader: found 0.1, ";
  } else if (damage == 4) {
    state.global.leader = {1, 2};
    said = "global.leader: found 1.2, ";
  } else if (damage == 5) {
    state.groups[0].candidates[1] = loss_report{.worker = {0, 0}};
    said = "groups[0].candidates[1].worker: found 0.0, ";
  } else if (damage == 6) {
    state.global.candidates[1] = loss_report{.worker = {0, 0}};
    said = "global.candidates[1].worker: found 0.0, ";
  } else {
    state.groups[1].member_steps[0] = 12;
    said = "groups[1].member_steps[0]: found 12, but worker 1.0 has made 11 steps";
  }
  REQUIRE_THROWS_AS(complete_workers(state, plan), invalid_input);
  REQUIRE_THROWS_WITH(complete_workers(state, plan), Catch::Matchers::ContainsSubstring(said));
}

TEST_CASE("a checkpoint without a worker is refused") {
  const auto config = tiny_run("runs");
  const auto plan = make_plan(config, load_problem(config));
  auto state = state_of({{0, 0}});
  state.workers.clear();
  REQUIRE_THROWS_AS(complete_workers(state, plan), invalid_input);
}
