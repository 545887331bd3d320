#include "actors/simulated_conductor.hpp"

#include "actors/strategies/centre_strategies.hpp"
#include "actors/strategies/lgd.hpp"
#include "actors/strategies/lsgd.hpp"
#include "compute/thread_cpu_time.hpp"
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <vector>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr auto usual_step = 10ms;

/// Everything in stated times: a step takes 10 ms, more or less.
cluster_plan simulated_plan(strategy_settings strategy, std::uint32_t groups, std::uint32_t per_group,
                            std::uint64_t steps) {
  auto plan = quadratic_plan(groups, per_group, steps);
  strategy.loss_window = 3;
  plan.strategy = std::move(strategy);
  plan.trained_parameters = 8;
  plan.make_trainer = [](worker_id id) {
    const auto seed = 100 + 10 * id.group + id.index;
    return make_host_trainer(std::make_unique<quadratic>(8, 0.5f, seed), {.learning_rate = 0.05}, seed);
  };
  plan.simulation = {
    .step_time = usual_step, .processors = 2, .time = std::make_shared<std::atomic<std::chrono::nanoseconds::rep>>(0)};
  return plan;
}

strategy_settings leaders() {
  return lsgd{.period_group = 4, .period_global = 8}.settings();
}

strategy_settings centred(centre_settings centre) {
  strategy_settings strategy{.period_group = 0, .period_global = 0};
  strategy.centre = std::move(centre);
  return strategy;
}

std::vector<std::pair<std::string, strategy_settings>> all_strategies() {
  strategy_settings alone{.period_group = 0, .period_global = 0};
  return {{"lsgd", leaders()},
          {"sgd", alone},
          {"easgd", centred(easgd{.period = 4}.settings())},
          {"synchronous easgd", centred(easgd{.period = 4, .synchronous = true}.settings())},
          {"downpour", centred(downpour{.period = 4}.settings())},
          {"local_sgd", centred(local_sgd{.period = 4}.settings())},
          {"diloco", centred(diloco{.period = 4}.settings())},
          {"sync_sgd", centred(sync_sgd{}.settings())}};
}

std::chrono::nanoseconds time_of(const recorded_run& run) {
  return run.end.state->training_time;
}

} // namespace

TEST_CASE("in simulated time every worker has a device of its own, whatever the strategy") {
  for (const auto& [name, strategy] : all_strategies()) {
    INFO(name);
    const auto run = run_to_end(simulated_plan(strategy, 2, 4, 50));
    REQUIRE(run.end.failures.empty());
    REQUIRE(run.end.state->total_steps == 400);
    // 50 steps of 10 ms each, and what barriers wait for the slowest.
    REQUIRE(time_of(run) > 480ms);
    REQUIRE(time_of(run) < (strategy.centre && strategy.centre->together ? 570ms : 515ms));
  }
}

TEST_CASE("with stated times a simulated run gives the same bits each time, and another seed others") {
  for (const auto& [name, strategy] : all_strategies()) {
    INFO(name);
    const auto run = [&, &how = strategy](std::uint64_t seed, std::uint64_t messages) {
      auto plan = simulated_plan(how, 2, 2, 40);
      plan.simulation->seed = seed;
      return run_to_end(std::move(plan), 0, messages);
    };
    const auto one = run(1, 1), same = run(1, 2), other = run(5, 1);
    for (std::size_t i = 0; i < 4; ++i)
      REQUIRE(one.end.state->workers[i].training.parameters == same.end.state->workers[i].training.parameters);
    REQUIRE(time_of(one) == time_of(same));
    REQUIRE(time_of(one) != time_of(other));
  }
}

TEST_CASE("a snapshot is as old as links and the step under way make it") {
  auto plan = simulated_plan(leaders(), 2, 2, 60);
  plan.simulation->links = {.local_latency = 1ms, .local_bandwidth = 1e9, .latency = 3ms, .bandwidth = 1e9};
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.pulls.size() > 20);
  for (const auto& pull : run.pulls) {
    const auto way = pull.scope == scope::global && pull.worker.group != pull.leader.group ? 3ms : 1ms;
    REQUIRE(pull.age >= way);
    // A step of the follower was under way when it came.
    REQUIRE(pull.age <= way + 12ms);
  }
}

TEST_CASE("a slow network is no matter for those who wait for nobody, and for a barrier it is") {
  const auto time_with = [](const strategy_settings& strategy) {
    auto plan = simulated_plan(strategy, 4, 1, 40);
    plan.simulation->links.latency = 20ms;
    return time_of(run_to_end(std::move(plan)));
  };
  REQUIRE(time_with(leaders()) < 420ms);
  REQUIRE(time_with(centred(easgd{.period = 4}.settings())) < 420ms);
  // There and back in each step, but for the workers beside the centre.
  REQUIRE(time_with(centred(sync_sgd{}.settings())) > 40 * 45ms);
}

TEST_CASE("workers count the simulated time that they stepped and waited") {
  const auto run = run_to_end(simulated_plan(centred(sync_sgd{}.settings()), 2, 2, 40));
  std::map<worker_id, compute_counters> last;
  for (const auto& progress : run.progress)
    last[progress.report.worker] = progress.counters;
  REQUIRE(last.size() == 4);
  for (const auto& [worker, counters] : last) {
    REQUIRE(counters.steps == 40);
    REQUIRE(counters.stepping > 380ms);
    REQUIRE(counters.stepping < 420ms);
    REQUIRE(counters.waited_for_messages > 0ms);
    REQUIRE(counters.stepping + counters.waited_for_messages <= time_of(run));
  }
}

TEST_CASE("nobody waits in simulated time for a worker that has failed") {
  for (const auto& [name, strategy] : all_strategies()) {
    INFO(name);
    auto plan = simulated_plan(strategy, 2, 2, 40);
    plan.make_trainer = [healthy = plan.make_trainer](worker_id id) {
      if (id != worker_id{1, 0})
        return healthy(id);
      auto goal = std::make_unique<quadratic>(8, 0.5f, 7);
      goal->throw_at(11);
      return make_host_trainer(std::move(goal), {.learning_rate = 0.05}, 5);
    };
    const auto run = run_to_end(std::move(plan));
    REQUIRE(run.end.failures.size() == 1);
    REQUIRE(run.end.state->workers.size() == 3);
    REQUIRE(run.end.state->total_steps >= 159);
  }
}

TEST_CASE("a simulated run can be stopped and resumed") {
  const auto first = run_to_end(simulated_plan(leaders(), 2, 2, 1000), 6).end.state;
  REQUIRE(first->total_steps < 4000);
  auto rest = simulated_plan(leaders(), 2, 2, 1000);
  rest.resume = first;
  const auto run = run_to_end(std::move(rest));
  REQUIRE(run.end.state->total_steps == 4000);
  REQUIRE(time_of(run) > 9s);
}

TEST_CASE("time never falls, however a measured step differs from those before it") {
  // The first step of both lets others go 8 ms further while a gradient is computed. In the second one the report of the first comes
  // 7.5 ms on, while both are unknown; then one of 8.5 ms is known, by which 6.8 ms are the least, and one of nothing.
  const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5, 6);
  auto plan = simulated_plan(leaders(), 1, 2, 4);
  const auto time = plan.simulation->time;
  plan.simulation->step_time.reset();
  plan.simulation->links.local_latency = 7500us;
  plan.make_trainer = [](worker_id id) {
    auto goal = std::make_unique<quadratic>(8, 0.5f, id.index);
    goal->while_computing([id, steps = 0]() mutable {
      const std::chrono::nanoseconds takes = steps == 0 ? 10ms : id.index == 0 ? 8500us : 0us;
      ++steps;
      for (const auto began = thread_cpu_time(); thread_cpu_time() - began < takes;) {
      }
    });
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05}, id.index);
  };
  simulated_run run(std::move(plan), 0, seed);
  std::vector<std::chrono::nanoseconds::rep> seen;
  run.run_some(10'000, [&](const caf::local_actor&) { seen.push_back(time->load()); });
  run.run_to_end();
  REQUIRE(run.record().end.state->total_steps == 8);
  REQUIRE(std::set(seen.begin(), seen.end()).size() > 10);
  REQUIRE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("who has come to lead in simulated time is pulled no more to who led before") {
  auto strategy = lgd{.pull = 0.5}.settings();
  auto plan = simulated_plan(std::move(strategy), 1, 2, 200);
  plan.strategy.loss_window = 1;
  // One stands still where it begins; the other begins elsewhere and goes down.
  plan.make_trainer = [](worker_id id) {
    auto made = make_host_trainer(std::make_unique<quadratic>(8, 0.0f), {.learning_rate = 0.2}, 7);
    made->adopt(std::vector<float>(8, id.index == 1 ? 0.1f : 1.0f));
    return made;
  };
  plan.set_apart = [](worker_training_settings& one) { one.learning_rate = one.id.index == 1 ? 0.0 : 0.2; };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.decisions.front().leader == worker_id{0, 1});
  REQUIRE(run.decisions.back().leader == worker_id{0, 0});
  const auto& leader = run.end.state->workers[0].training.parameters;
  for (const auto x : leader)
    REQUIRE(std::abs(x) < 1e-4f);
}
