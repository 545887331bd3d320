// Strategies in whole clusters, on CAF's deterministic scheduler: what they reduce to, and that nobody waits for who is gone.
#include "actors/strategies/centre_strategies.hpp"
#include "actors/strategies/lgd.hpp"
#include "actors/strategies/lsgd.hpp"
#include "actors/worker_training.hpp"
#include "compute/objectives/double_well.hpp"
#include "compute/objectives/sinc.hpp"
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <functional>
#include <string>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

strategy_settings with_centre(centre_settings centre) {
  strategy_settings strategy{.period_group = 0, .period_global = 0, .loss_window = 3};
  strategy.centre = std::move(centre);
  return strategy;
}

strategy_settings riding_alone() {
  return {.period_group = 0, .period_global = 0, .loss_window = 3};
}

/// Quadratics with noise in their gradients; all workers start from one point.
cluster_plan centred_plan(strategy_settings strategy, std::uint32_t workers, std::uint64_t steps,
                          const optimiser_settings& optimiser = {.learning_rate = 0.05}) {
  auto plan = quadratic_plan(1, workers, steps);
  plan.strategy = std::move(strategy);
  plan.trained_parameters = 8;
  plan.learning_rate = optimiser.learning_rate;
  plan.make_trainer = [optimiser](worker_id id) {
    return make_host_trainer(std::make_unique<quadratic>(8, 0.5f, 100 + id.index), optimiser, 5);
  };
  return plan;
}

run_state_ptr lockstep(cluster_plan plan, std::size_t stop_after_decisions = 0) {
  plan.lockstep = true;
  return run_to_end(std::move(plan), stop_after_decisions).end.state;
}

const std::vector<float>& parameters_at(const run_state_ptr& run, std::size_t worker) {
  return run->workers.at(worker).training.parameters;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

/// Workers of a landscape, started at these points.
cluster_plan landscape_plan(const std::function<std::unique_ptr<objective>()>& make, strategy_settings strategy,
                            double rate, std::vector<std::vector<float>> starts, std::uint64_t steps) {
  auto plan = quadratic_plan(1, static_cast<std::uint32_t>(starts.size()), steps);
  plan.strategy = std::move(strategy);
  plan.learning_rate = rate;
  plan.make_trainer = [=](worker_id id) {
    auto made = make_host_trainer(make(), {.learning_rate = rate}, 1);
    made->adopt(starts[id.index]);
    return made;
  };
  plan.lockstep = true;
  return plan;
}

const std::vector<std::pair<std::string, centre_settings>>& centres() {
  static const std::vector<std::pair<std::string, centre_settings>> all{
    {"easgd", easgd{.period = 4}.settings()},
    {"synchronous easgd", easgd{.period = 4, .synchronous = true}.settings()},
    {"downpour", downpour{.period = 4}.settings()},
    {"local_sgd", local_sgd{.period = 4}.settings()},
    {"diloco", diloco{.period = 4}.settings()},
    {"sync_sgd", sync_sgd{}.settings()}};
  return all;
}

} // namespace

TEST_CASE("Leader SGD of one worker is SGD bit for bit") {
  const optimiser_settings momentum{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-3};
  auto leader = lsgd{.period_group = 4, .period_global = 8, .proximal_group = 0.1}.settings();
  leader.loss_window = 3;
  const auto led = lockstep(centred_plan(leader, 1, 50, momentum));
  const auto plain = lockstep(centred_plan(riding_alone(), 1, 50, momentum));
  REQUIRE(led->global.decisions > 0);
  REQUIRE(parameters_at(led, 0) == parameters_at(plain, 0));
  REQUIRE(led->workers[0].training.optimiser.velocity == plain->workers[0].training.optimiser.velocity);
}

TEST_CASE("a pull of one makes every follower the leader") {
  auto strategy = lsgd{.period_group = 5, .period_global = 5, .pull_group = 1, .pull_global = 1}.settings();
  strategy.loss_window = 3;
  const auto run = lockstep(centred_plan(strategy, 3, 25));
  REQUIRE(parameters_at(run, 1) == parameters_at(run, 0));
  REQUIRE(parameters_at(run, 2) == parameters_at(run, 0));
}

TEST_CASE("EAMSGD with no momentum is EASGD bit for bit") {
  const bool synchronous = GENERATE(false, true);
  const auto strategy = with_centre(easgd{.period = 3, .synchronous = synchronous}.settings());
  const auto plain = lockstep(centred_plan(strategy, 3, 40));
  const auto ahead =
    lockstep(centred_plan(strategy, 3, 40, {.kind = optimiser_kind::lookahead, .learning_rate = 0.05, .momentum = 0}));
  for (std::size_t i = 0; i < 3; ++i)
    REQUIRE(parameters_at(plain, i) == parameters_at(ahead, i));
  REQUIRE(plain->centre->parameters == ahead->centre->parameters);
}

TEST_CASE("DiLoCo of one inner step, at an outer rate of 1 and without momentum, is SGD with averaged gradients") {
  const auto outer = lockstep(
    centred_plan(with_centre(diloco{.period = 1, .outer_learning_rate = 1, .outer_momentum = 0}.settings()), 3, 40));
  const auto averaged = lockstep(centred_plan(with_centre(sync_sgd{}.settings()), 3, 40));
  const auto local = lockstep(centred_plan(with_centre(local_sgd{.period = 1}.settings()), 3, 40));
  // Its centre after the last step, of which it has not heard.
  const auto centre = centre_of(*averaged);
  auto mean = std::make_shared<run_state>(*outer);
  mean->centre.reset();
  REQUIRE(largest_difference(centre_of(*mean), centre) < 1e-6);
  mean = std::make_shared<run_state>(*local);
  mean->centre.reset();
  REQUIRE(largest_difference(centre_of(*mean), centre) < 1e-6);
}

TEST_CASE("with averaged gradients all workers stay one, whatever the optimiser") {
  for (const auto kind : {optimiser_kind::sgd, optimiser_kind::lars, optimiser_kind::adamw}) {
    const auto run = lockstep(centred_plan(with_centre(sync_sgd{}.settings()), 3, 20,
                                           {.kind = kind, .learning_rate = 0.05, .momentum = 0.9, .trust = 0.1}));
    REQUIRE(parameters_at(run, 1) == parameters_at(run, 0));
    REQUIRE(parameters_at(run, 2) == parameters_at(run, 0));
  }
}

TEST_CASE("leaders of gradient descent on sinc follow each other as in the paper") {
  auto plan = landscape_plan([] { return std::make_unique<sinc>(); }, lgd{.pull = 0.1}.settings(), 0.1,
                             {{-6, -4}, {-15, -18}, {20, 11}, {17, 8}}, 60);
  const auto run = run_to_end(std::move(plan));
  std::vector<std::pair<std::uint32_t, std::size_t>> turns; // worker and first iteration, both from 1
  for (std::size_t i = 0; i < 60; ++i)
    if (i == 0 || run.decisions[i].leader != run.decisions[i - 1].leader)
      turns.emplace_back(run.decisions[i].leader.index + 1, i + 1);
  REQUIRE(turns == std::vector<std::pair<std::uint32_t, std::size_t>>{{1, 1}, {4, 8}, {1, 14}, {3, 24}});
}

TEST_CASE("in a double well EASGD rests at 0.9, and the leader of gradient descent where the gradient is nothing") {
  const double rate = 0.05, pull = 0.19 * rate;
  const auto make = [] { return std::make_unique<double_well>(); };
  for (const bool synchronous : {false, true}) {
    const auto elastic =
      with_centre(easgd{.period = 1, .alpha = pull, .beta = 2 * pull, .synchronous = synchronous}.settings());
    const auto run = run_to_end(landscape_plan(make, elastic, rate, {{1.2f}, {-1.2f}}, 2000)).end.state;
    REQUIRE(run->workers[0].training.parameters[0] == Approx(0.9).epsilon(1e-3));
    REQUIRE(run->workers[1].training.parameters[0] == Approx(-0.9).epsilon(1e-3));
  }
  const auto run = run_to_end(landscape_plan(make, lgd{.pull = pull}.settings(), rate, {{1.2f}, {-1.2f}}, 2000));
  const auto leader = run.end.state->leader.value();
  REQUIRE(std::abs(run.end.state->workers[leader.index].training.parameters[0]) == Approx(1).epsilon(1e-4));
}

TEST_CASE("a run with a centre that was cut in two gives the same bits as one that was not") {
  for (const auto& [name, centre] : centres()) {
    INFO(name);
    const auto plan = [&, &settings = centre](std::uint64_t steps) {
      return centred_plan(with_centre(settings), 3, steps, {.learning_rate = 0.05, .momentum = 0.5});
    };
    const auto uncut = lockstep(plan(30));
    for (const std::uint64_t cut : {8u, 11u}) {
      auto rest = plan(30);
      rest.resume = lockstep(plan(cut));
      const auto resumed = lockstep(std::move(rest));
      for (std::size_t i = 0; i < 3; ++i)
        REQUIRE(parameters_at(resumed, i) == parameters_at(uncut, i));
      REQUIRE(resumed->centre->parameters == uncut->centre->parameters);
      REQUIRE(resumed->centre->momentum == uncut->centre->momentum);
    }
  }
}

TEST_CASE("a run with pulls in every step that was cut between two decisions gives the same bits as one that was not") {
  const auto plan = [](std::uint64_t steps) {
    const lsgd how{.period_group = 4, .period_global = 8, .proximal_group = 0.4, .proximal_global = 0.4};
    return centred_plan(how.settings(), 3, steps, {.learning_rate = 0.05, .momentum = 0.5});
  };
  const auto uncut = lockstep(plan(30));
  for (const std::uint64_t cut : {10u, 13u}) {
    auto rest = plan(30);
    rest.resume = lockstep(plan(cut));
    const auto resumed = lockstep(std::move(rest));
    for (std::size_t i = 0; i < 3; ++i)
      REQUIRE(parameters_at(resumed, i) == parameters_at(uncut, i));
  }
}

TEST_CASE("of a barrier's last round all workers have an answer or none, where a run is stopped") {
  const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5, 6);
  const bool in_simulated_time = GENERATE(false, true);
  for (const auto& [name, centre] : centres()) {
    if (!centre.together)
      continue;
    INFO(name);
    const auto made = [&, &settings = centre] {
      auto plan = centred_plan(with_centre(settings), 3, 400);
      if (in_simulated_time)
        plan.simulation = {
          .step_time = 10ms, .processors = 2, .time = std::make_shared<std::atomic<std::chrono::nanoseconds::rep>>(0)};
      return plan;
    };
    simulated_run run(made(), 0, seed);
    run.run_some(static_cast<int>(300 + 37 * seed));
    run.tell_supervisor(stop_run{});
    run.run_to_end();
    REQUIRE(run.record().finished);
    const auto state = run.record().end.state;
    REQUIRE(state->total_steps < 1200);
    std::map<worker_id, std::size_t> exchanges;
    for (const auto& one : run.record().exchanges)
      ++exchanges[one.worker];
    REQUIRE(exchanges.size() == 3);
    REQUIRE(exchanges[{0, 0}] == exchanges[{0, 1}]);
    REQUIRE(exchanges[{0, 0}] == exchanges[{0, 2}]);
    const auto one_model = [](const run_state_ptr& at) {
      for (const auto& worker : at->workers) {
        REQUIRE(worker.training.steps == at->workers[0].training.steps);
        REQUIRE(worker.training.parameters == parameters_at(at, 0));
      }
    };
    if (centre.gradients)
      one_model(state);
    // It can be gone on with.
    auto rest = made();
    rest.resume = state;
    const auto resumed = run_to_end(std::move(rest)).end.state;
    REQUIRE(resumed->total_steps == 1200);
    if (centre.gradients)
      one_model(resumed);
  }
}

TEST_CASE("free-running workers exchange with the centre in any order of messages, and come to the end") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  for (const auto& [name, centre] : centres()) {
    INFO(name);
    const auto run = run_to_end(centred_plan(with_centre(centre), 3, 60), 0, seed);
    REQUIRE(run.end.failures.empty());
    REQUIRE(run.end.state->total_steps == 180);
    REQUIRE(run.exchanges.size() > 3 * 5);
    if (centre.together)
      // A worker has made as many steps as the others between two exchanges.
      for (const auto& worker : run.end.state->workers)
        REQUIRE(worker.training.steps >= 56);
  }
}

TEST_CASE("nobody waits at a barrier for a worker that failed, was killed, or is on its way back") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const std::uint32_t restarts = GENERATE(0u, 5u);
  for (const auto& [name, centre] : centres()) {
    INFO(name << ", " << restarts << " restarts");
    auto plan = centred_plan(with_centre(centre), 3, 60);
    plan.restarts = {.most = restarts, .first_wait = 0ns};
    plan.make_trainer = [healthy = plan.make_trainer, left = std::make_shared<int>(1)](worker_id id) {
      if (id.index != 1 || *left == 0)
        return healthy(id);
      --*left;
      auto goal = std::make_unique<quadratic>(8, 0.5f, 7);
      goal->throw_at(17);
      return make_host_trainer(std::move(goal), {.learning_rate = 0.05}, 5);
    };
    simulated_run run(std::move(plan), 0, seed);
    run.run_to_end();
    REQUIRE(run.record().finished);
    REQUIRE(run.record().end.failures.size() == 1);
    REQUIRE(run.record().end.state->total_steps >= 179);
    // Who moves by the mean of all gradients has to have been there all the time.
    REQUIRE(run.record().restarts.size() == (restarts > 0 && !centre.gradients ? 1 : 0));
  }
}

TEST_CASE("a worker that diverges goes on from the centre") {
  for (const bool free : {false, true})
    for (const auto& [name, centre] : centres()) {
      INFO(name << (free ? ", free" : ", in lock-step"));
      auto plan = centred_plan(with_centre(centre), 3, 60);
      plan.lockstep = !free;
      plan.make_trainer = [healthy = plan.make_trainer](worker_id id) {
        if (id.index != 1)
          return healthy(id);
        auto goal = std::make_unique<quadratic>(8, 0.5f, 7);
        goal->diverge_at(17, 1);
        return make_host_trainer(std::move(goal), {.learning_rate = 0.05}, 5);
      };
      const auto run = run_to_end(std::move(plan));
      REQUIRE(run.end.failures.empty());
      for (const auto& recovery : run.recoveries) {
        REQUIRE(recovery.worker == worker_id{0, 1});
        REQUIRE_FALSE(recovery.leader);
      }
      for (const auto& worker : run.end.state->workers) {
        for (const auto x : worker.training.parameters)
          REQUIRE(std::isfinite(x));
        // Others' gradients are as good as the own one.
        if (centre.gradients)
          REQUIRE(worker.training.parameters == parameters_at(run.end.state, 0));
      }
    }
}

TEST_CASE("a run with pulls in every step can be gone on with by a strategy with a centre") {
  const lsgd before{.period_group = 4, .period_global = 8, .proximal_group = 0.4, .proximal_global = 0.4};
  auto rest = centred_plan(with_centre(easgd{.period = 4}.settings()), 3, 30);
  rest.resume = lockstep(centred_plan(before.settings(), 3, 10));
  rest.lockstep = true;
  const auto run = run_to_end(std::move(rest));
  REQUIRE(run.exchanges.size() >= 3 * 4);
}

TEST_CASE("a worker that has let an answer go by over a bad batch gives nothing, though its parameters are finite") {
  auto goal = std::make_unique<quadratic>(8, 0.0f, 7);
  goal->diverge_at(1, 1);
  const auto answers = std::make_shared<answer_slot>();
  worker_training worker({.id = {0, 0}, .strategy = with_centre(downpour{.period = 1}.settings())},
                         make_host_trainer(std::move(goal), {.learning_rate = 0.05}, 5),
                         std::make_shared<snapshot_slot>(), std::make_shared<snapshot_slot>(),
                         std::make_shared<run_clock>(), answers);
  const auto given = worker.contribute();
  REQUIRE(given.values);
  worker.step(0);
  answers->put(
    {.worker = {0, 0}, .number = given.number, .values = std::make_shared<const std::vector<float>>(8, 0.5f)});
  worker.step(0);
  REQUIRE(worker.contribution_due());
  REQUIRE_FALSE(worker.contribute().values);
}
