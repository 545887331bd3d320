// Whole clusters, from supervisor to trainers, on CAF's deterministic scheduler.
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <array>

using namespace paceline;

namespace {

std::vector<float> plain_sgd(std::uint64_t seed, std::uint64_t steps) {
  auto alone =
    make_host_trainer(std::make_unique<quadratic>(8, 0.5f, seed), {.learning_rate = 0.05, .momentum = 0.9}, seed);
  for (std::uint64_t step = 0; step < steps; ++step)
    alone->step({});
  return alone->save().parameters;
}

} // namespace

TEST_CASE("a worker alone under LSGD equals plain SGD bit for bit") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 1, 50);
  plan.lockstep = lockstep;
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.finished);
  // Running freely, the last reports may still be on their way when the run ends.
  REQUIRE((lockstep ? run.decisions.size() == 12 + 6 : run.decisions.size() > 5));
  REQUIRE(run.pulls.empty());
  REQUIRE(run.end.state->workers[0].training.parameters == plain_sgd(100, 50));
}

TEST_CASE("the budget is met exactly, by all workers together") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(2, 2, 40);
  plan.lockstep = lockstep;
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.state->total_steps == 160);
  REQUIRE(run.end.failures.empty());
}

TEST_CASE("groups decide every workers times tau steps, and all of them every workers times tau_G") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(2, 2, 80);
  plan.lockstep = lockstep;
  const auto run = run_to_end(std::move(plan));
  std::array<std::vector<std::uint64_t>, 3> totals;
  for (const auto& decision : run.decisions)
    totals[decision.scope == scope::global ? 2 : decision.group].push_back(decision.total_steps);
  for (std::size_t group = 0; group < 2; ++group)
    for (std::size_t i = 1; i < totals[group].size(); ++i)
      REQUIRE(totals[group][i] - totals[group][i - 1] == 2 * 4);
  for (std::size_t i = 1; i < totals[2].size(); ++i)
    REQUIRE(totals[2][i] - totals[2][i - 1] == 4 * 8);
  REQUIRE(totals[0].size() >= 8);
  REQUIRE(totals[2].size() >= 4);
}

TEST_CASE("in lock-step pull 1 makes every follower equal to the leader after each decision") {
  auto plan = quadratic_plan(1, 3, 8);
  plan.lockstep = true;
  plan.strategy.pull_global = 1.0;
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.decisions.back().scope == scope::global);
  const auto& workers = run.end.state->workers;
  REQUIRE(workers[0].training.parameters == workers[1].training.parameters);
  REQUIRE(workers[0].training.parameters == workers[2].training.parameters);
}

TEST_CASE("the followers are pulled, the leader is not, and every pull is to the leader of its decision") {
  auto plan = quadratic_plan(2, 2, 400);
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.pulls.size() > 20);
  for (const auto& pull : run.pulls) {
    REQUIRE(pull.worker != pull.leader);
    const auto of_pull = [&](const leader_announcement& decision) {
      return decision.scope == pull.scope && decision.decision == pull.decision && decision.leader == pull.leader
             && (decision.scope == scope::global || decision.group == pull.worker.group);
    };
    REQUIRE(std::any_of(run.decisions.begin(), run.decisions.end(), of_pull));
  }
}

TEST_CASE("lock-step gives the same bits twice, and a run cut in two the same bits as one that was not") {
  const auto whole = [] {
    auto plan = quadratic_plan(2, 2, 37);
    plan.lockstep = true;
    plan.schedule.shape = learning_rate_schedule::kind::cosine;
    const auto healthy = plan.make_trainer;
    plan.make_trainer = [healthy](worker_id id) {
      if (id != worker_id{1, 1})
        return healthy(id);
      auto goal = std::make_unique<quadratic>(8, 0.5f, 9);
      goal->diverge_at(13, 6);
      return make_host_trainer(std::move(goal), {.learning_rate = 0.05, .momentum = 0.9}, 9);
    };
    return plan;
  };
  const auto uncut = run_to_end(whole()).end.state;
  const std::size_t cut_after = GENERATE(0, 1, 2, 3, 4, 11);
  CAPTURE(cut_after);
  auto rest = whole();
  if (cut_after > 0) {
    rest.resume = run_to_end(whole(), cut_after).end.state;
    REQUIRE(rest.resume->total_steps < uncut->total_steps);
  }
  const auto resumed = run_to_end(std::move(rest)).end.state;
  REQUIRE(resumed->total_steps == uncut->total_steps);
  for (std::size_t i = 0; i < 4; ++i) {
    REQUIRE(resumed->workers[i].training.parameters == uncut->workers[i].training.parameters);
    REQUIRE(resumed->workers[i].training.optimiser.velocity == uncut->workers[i].training.optimiser.velocity);
    REQUIRE(resumed->workers[i].losses == uncut->workers[i].losses);
  }
  REQUIRE(resumed->global.decisions == uncut->global.decisions);
  REQUIRE(resumed->groups[1].decisions == uncut->groups[1].decisions);
}

TEST_CASE("a run that ran freely can be resumed: counts go on, decisions are numbered on") {
  const auto first = run_to_end(quadratic_plan(2, 2, 1000), 6).end.state;
  auto rest = quadratic_plan(2, 2, 1000);
  rest.resume = first;
  const auto run = run_to_end(std::move(rest));
  REQUIRE(run.end.state->total_steps == 4000);
  REQUIRE_FALSE(run.decisions.empty());
  for (const auto& decision : run.decisions) {
    const auto& before = decision.scope == scope::global ? first->global : first->groups[decision.group];
    REQUIRE(decision.decision > before.decisions);
  }
}

TEST_CASE("a worker whose step throws is one failure, and the others ride on to the end of the budget") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 3, 40);
  plan.lockstep = lockstep;
  const auto healthy = plan.make_trainer;
  plan.make_trainer = [healthy](worker_id id) {
    if (id.index != 1)
      return healthy(id);
    auto goal = std::make_unique<quadratic>();
    goal->throw_at(6);
    return make_host_trainer(std::move(goal), {}, 1);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.size() == 1);
  REQUIRE(run.end.failures[0].code == failure_code::worker_step_failed);
  REQUIRE(run.end.failures[0].worker == worker_id{0, 1});
  REQUIRE(run.end.failures[0].what == "the data ran out");
  REQUIRE(run.end.failures[0].steps == 6);
  REQUIRE(run.end.state->workers.size() == 2);
  // The steps of the lost worker count, so that checkpoints are numbered on; one step was claimed and not made.
  REQUIRE(run.end.state->total_steps >= 118);
  REQUIRE(run.end.state->total_steps < 120);
}

TEST_CASE("a step that throws what is no std::exception is a failure like any other") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 2, 1000);
  plan.lockstep = lockstep;
  plan.make_trainer = [](worker_id id) {
    struct throwing final : objective {
      quadratic goal;
      const parameter_layout& layout() const override { return goal.layout(); }
      void initialise(std::span<float> x, std::uint64_t seed) const override { goal.initialise(x, seed); }
      double loss_and_gradient(std::span<const float> x, std::span<float> g, std::uint64_t step) override {
        if (step == 5)
          throw 42; // not a std::exception
        return goal.loss_and_gradient(x, g, step);
      }
      double probe_loss(std::span<const float> x) override { return goal.probe_loss(x); }
    };
    if (id.index == 0)
      return make_host_trainer(std::make_unique<throwing>(), {}, 1);
    return make_host_trainer(std::make_unique<quadratic>(), {}, 1);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.size() == 1);
  REQUIRE(run.end.failures[0].what == "an exception of unknown type");
  REQUIRE(run.end.state->workers.size() == 1);
}

TEST_CASE("a picture that a strict data set cannot read ends the run, be it for training or for a test") {
  const bool lockstep = GENERATE(false, true);
  const bool in_a_test = GENERATE(false, true);
  auto plan = quadratic_plan(1, 2, 1'000'000);
  plan.lockstep = lockstep;
  plan.restarts.most = 5;
  if (in_a_test) {
    plan.evaluate_every = std::chrono::microseconds(1);
    plan.evaluator.make_test = []() -> parameter_test { throw unreadable_picture("d/1.jpg: the file is empty"); };
  } else {
    plan.make_trainer = [healthy = plan.make_trainer](worker_id id) {
      if (id.index != 1)
        return healthy(id);
      auto goal = std::make_unique<quadratic>();
      goal->while_computing([] { throw unreadable_picture("d/1.jpg: the file is empty"); });
      return make_host_trainer(std::move(goal), {}, 1);
    };
  }
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.finished);
  REQUIRE_FALSE(run.end.failures.empty());
  REQUIRE(run.end.failures[0].code == failure_code::picture_unreadable);
  REQUIRE(run.end.failures[0].what == "d/1.jpg: the file is empty");
  REQUIRE(run.end.state->total_steps < 1'000'000);
}

TEST_CASE("a worker that cannot start is one failure, and the others train") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 2, 20);
  plan.lockstep = lockstep;
  const auto healthy = plan.make_trainer;
  plan.make_trainer = [healthy](worker_id id) {
    if (id.index == 0)
      throw invalid_input("no such file");
    return healthy(id);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.size() == 1);
  REQUIRE(run.end.failures[0].code == failure_code::worker_start_failed);
  REQUIRE(run.end.state->workers.size() == 1);
  REQUIRE(run.end.state->total_steps == 40);
}

TEST_CASE("where no worker can start the run ends at once, with all their failures") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 2, 20);
  plan.lockstep = lockstep;
  plan.make_trainer = [](worker_id) -> std::unique_ptr<trainer> { throw invalid_input("no such file"); };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.finished);
  REQUIRE(run.end.failures.size() == 2);
  REQUIRE(run.end.state == nullptr);
}

TEST_CASE("a diverged worker is set onto the leader's parameters and takes part again") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 3, 400);
  plan.lockstep = lockstep;
  plan.strategy.period_group = 16;
  plan.strategy.period_global = 32;
  const auto healthy = plan.make_trainer;
  plan.make_trainer = [healthy](worker_id id) {
    if (id.index != 2)
      return healthy(id);
    auto goal = std::make_unique<quadratic>(8, 0.5f, 9);
    goal->diverge_at(40, 60);
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05, .momentum = 0.9}, 9);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.empty());
  REQUIRE(run.recoveries.size() >= 1);
  REQUIRE(run.recoveries[0].worker == worker_id{0, 2});
  REQUIRE(run.recoveries[0].leader != worker_id{0, 2});
  REQUIRE(run.pulls.back().steps > 100);
}

TEST_CASE("workers that diverge for good are lost, and a run of which none is left has failed") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(1, 2, 400);
  plan.lockstep = lockstep;
  plan.make_trainer = [](worker_id) {
    auto goal = std::make_unique<quadratic>();
    goal->diverge_at(40);
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05}, 9);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.end.failures.size() == 2);
  REQUIRE(run.end.failures[0].code == failure_code::worker_diverged);
  REQUIRE(run.end.failures[0].steps == 57);
  REQUIRE(run.end.state == nullptr);
}

TEST_CASE("a run that is asked to stop ends cleanly with its state") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(2, 2, 1'000'000);
  plan.lockstep = lockstep;
  const auto run = run_to_end(std::move(plan), 3);
  REQUIRE(run.finished);
  REQUIRE(run.end.state->workers.size() == 4);
  REQUIRE(run.end.state->total_steps < 4'000'000);
}

TEST_CASE("the last state is tested and written") {
  auto plan = quadratic_plan(1, 2, 20);
  plan.evaluator.make_test = [] {
    return
      [](std::span<const float> x, const std::function<void()>&) { return test_score{.loss = x[0], .error = 0.5}; };
  };
  std::vector<run_state> written;
  plan.write_checkpoint = [&](const run_state& state) { written.push_back(state); };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(written.size() == 1);
  REQUIRE(written[0].total_steps == 40);
  REQUIRE(run.evaluations.size() == 1);
  REQUIRE(run.end.final_test->centre.loss == centre_of(written[0])[0]);
  const auto leader = *written[0].leader;
  REQUIRE(run.end.final_test->leader_id == leader);
  REQUIRE(run.end.final_test->leader->loss == written[0].workers[leader.index].training.parameters[0]);
}

TEST_CASE("a checkpoint or a test that fails is told, and the run ends well all the same") {
  auto plan = quadratic_plan(1, 2, 20);
  plan.evaluator.make_test = []() -> parameter_test { throw std::runtime_error("no test pictures"); };
  plan.write_checkpoint = [](const run_state&) { throw std::runtime_error("runs/x: disk full"); };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.finished);
  REQUIRE(run.end.failures.size() == 2);
  // The checkpoint first: a last test may take long, and be cut short.
  REQUIRE(run.end.failures[0].code == failure_code::checkpoint_failed);
  REQUIRE(run.end.failures[0].what == "runs/x: disk full");
  REQUIRE(run.end.failures[1].code == failure_code::evaluation_failed);
  REQUIRE(run.end.failures[1].what == "no test pictures");
  REQUIRE(run.end.state->total_steps == 40);
}

TEST_CASE("while training, the state is tested and written when it is time, and the run ends well in the midst of it") {
  const bool lockstep = GENERATE(false, true);
  const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5);
  auto plan = quadratic_plan(2, 2, 300);
  plan.lockstep = lockstep;
  plan.evaluate_every = std::chrono::microseconds(150);
  plan.checkpoint_every = std::chrono::microseconds(100);
  plan.evaluator.make_test = [] {
    return [](std::span<const float>, const std::function<void()>& after_batch) {
      after_batch();
      return test_score{};
    };
  };
  std::vector<std::uint64_t> written;
  plan.write_checkpoint = [&](const run_state& state) { written.push_back(state.total_steps); };
  const auto run = run_to_end(std::move(plan), 0, seed);
  REQUIRE(run.finished);
  REQUIRE(run.evaluations.size() > 1);
  REQUIRE(written.size() > 1);
  REQUIRE(std::is_sorted(written.begin(), written.end()));
  REQUIRE(written.back() == 1200);
  REQUIRE(run.end.final_test->total_steps == 1200);
}

TEST_CASE("workers that step freely never wait for a message, and those in lock-step do") {
  const bool lockstep = GENERATE(false, true);
  auto plan = quadratic_plan(2, 2, 40);
  plan.lockstep = lockstep;
  const auto run = run_to_end(std::move(plan));
  std::chrono::nanoseconds waited{0};
  for (const auto& progress : run.progress)
    waited += progress.counters.waited_for_messages;
  REQUIRE((waited.count() > 0) == lockstep);
}
