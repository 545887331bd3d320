// Whole clusters whose candidates are verified, on CAF's deterministic scheduler.
#include "compute/trainer_decorator.hpp"
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <limits>
#include <set>

using namespace paceline;

namespace {

/// Trains like the quadratic, and always reports a loss that nobody else can reach. On the probe batch it cannot lie: others score
/// its parameters.
class lying_quadratic final : public objective {
 public:
  explicit lying_quadratic(std::uint64_t seed) : honest_(8, 0.5f, seed) {}

  const parameter_layout& layout() const override { return honest_.layout(); }
  void initialise(std::span<float> x, std::uint64_t) const override { std::fill(x.begin(), x.end(), 5.0f); }
  double loss_and_gradient(std::span<const float>, std::span<float> gradient, std::uint64_t) override {
    std::fill(gradient.begin(), gradient.end(), 0.0f); // it stays as bad as it is
    return 1e-6;
  }
  double probe_loss(std::span<const float> x) override { return honest_.probe_loss(x); }

 private:
  quadratic honest_;
};

/// Reports come rarely enough for the coordinators to keep up: the test's scheduler gives a step no more time than a message.
cluster_plan verified_plan(std::uint32_t groups, std::uint32_t per_group, std::uint64_t steps_per_worker) {
  auto plan = quadratic_plan(groups, per_group, steps_per_worker);
  plan.strategy.period_group = 32;
  plan.strategy.period_global = 64;
  plan.strategy.verification.probe = true;
  return plan;
}

void let_lie(cluster_plan& plan, worker_id liar) {
  plan.make_trainer = [liar, healthy = plan.make_trainer](worker_id id) {
    return id == liar ? make_host_trainer(std::make_unique<lying_quadratic>(1), {.learning_rate = 0.05}, 1)
                      : healthy(id);
  };
}

std::uint64_t probes_of(const recorded_run& run, worker_id id) {
  std::uint64_t probes = 0;
  for (const auto& progress : run.progress)
    if (progress.report.worker == id)
      probes = std::max(probes, progress.counters.probes);
  return probes;
}

bool is_pull_to(const pull_applied& pull, worker_id leader) {
  return pull.leader == leader;
}

} // namespace

TEST_CASE(
  "a worker that lies about its loss leads where nobody checks, and is passed over where candidates are probed") {
  const bool probe = GENERATE(false, true);
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const worker_id liar{0, 1};
  auto plan = verified_plan(2, 3, 1200);
  plan.strategy.verification.probe = probe;
  plan.strategy.pull_group = plan.strategy.pull_global = 0; // else the liar is drawn to where its claim holds
  let_lie(plan, liar);
  const auto run = run_to_end(std::move(plan), 0, seed);
  const auto led = [&](const auto& decision) { return decision.leader == liar; };
  const auto times_led = std::count_if(run.decisions.begin(), run.decisions.end(), led);
  const auto pulls = std::count_if(run.pulls.begin(), run.pulls.end(), [&](auto& p) { return is_pull_to(p, liar); });
  if (!probe) {
    REQUIRE(times_led > 20);
    REQUIRE(pulls > 20);
    return;
  }
  REQUIRE(times_led == 0);
  REQUIRE(pulls == 0);
  std::set<scope> told;
  for (const auto& decision : run.decisions)
    if (decision.reason.find("passed over: 0.1") != std::string::npos)
      told.insert(decision.scope);
  REQUIRE(told.count(scope::group) == 1);
}

TEST_CASE(
  "verified decisions of both scopes are made, pulled to, and name who scored, who is never the leader itself") {
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const auto run = run_to_end(verified_plan(2, 2, 1500), 0, seed);
  REQUIRE(run.end.failures.empty());
  std::set<scope> scopes;
  for (const auto& decision : run.decisions) {
    scopes.insert(decision.scope);
    REQUIRE(decision.reason.find(" scored it ") != std::string::npos);
    REQUIRE(decision.reason.find(to_string(decision.leader) + " scored it") == std::string::npos);
  }
  REQUIRE(scopes.size() == 2);
  REQUIRE(run.pulls.size() > 50);
  for (const auto& pull : run.pulls) {
    const auto of_pull = [&](const leader_announcement& decision) {
      return decision.scope == pull.scope && decision.decision == pull.decision && decision.leader == pull.leader;
    };
    REQUIRE(std::any_of(run.decisions.begin(), run.decisions.end(), of_pull));
  }
  REQUIRE(probes_of(run, {0, 0}) > 0);
}

TEST_CASE("the copy that was scored is the one that is published") {
  auto plan = verified_plan(1, 2, 800);
  plan.strategy.period_global = 0;
  auto scored = std::make_shared<std::vector<double>>();
  plan.make_trainer = [scored](worker_id id) {
    struct noting final : objective {
      quadratic goal;
      std::shared_ptr<std::vector<double>> scores;
      noting(std::uint64_t seed, std::shared_ptr<std::vector<double>> into)
        : goal(8, 0.5f, seed), scores(std::move(into)) {}
      const parameter_layout& layout() const override { return goal.layout(); }
      void initialise(std::span<float> x, std::uint64_t seed) const override { goal.initialise(x, seed); }
      double loss_and_gradient(std::span<const float> x, std::span<float> g, std::uint64_t step) override {
        return goal.loss_and_gradient(x, g, step);
      }
      double probe_loss(std::span<const float> x) override {
        scores->push_back(x[0]);
        return goal.probe_loss(x);
      }
    };
    return make_host_trainer(std::make_unique<noting>(id.index, scored), {.learning_rate = 0.05}, id.index);
  };
  simulated_run run(std::move(plan), 0, 3);
  run.run_to_end();
  REQUIRE(run.record().finished);
  const auto newest = run.services().plane->newest(scope::group, 0);
  REQUIRE(newest != nullptr);
  REQUIRE(std::count(scored->begin(), scored->end(), newest->parameters[0]) >= 1);
}

TEST_CASE("where a group has one worker, one of another group scores it, and a worker alone scores itself") {
  const std::uint32_t groups = GENERATE(1, 2);
  const auto run = run_to_end(verified_plan(groups, 1, 800));
  REQUIRE(run.decisions.size() > 5);
  for (const auto& decision : run.decisions) {
    const worker_id expected = groups == 1 ? worker_id{0, 0} : worker_id{1 - decision.leader.group, 0};
    REQUIRE(decision.reason.find(to_string(expected) + " scored it") != std::string::npos);
  }
}

TEST_CASE("parameters that are not finite are refused before anybody scores or follows them") {
  const bool probe = GENERATE(false, true);
  auto plan = verified_plan(1, 3, 800);
  plan.strategy.verification.probe = probe;
  const worker_id spoilt{0, 2};
  plan.make_trainer = [spoilt, healthy = plan.make_trainer](worker_id id) -> std::unique_ptr<trainer> {
    // Claims to be finite and best, whatever its parameters are: what a poisoned copy looks like from outside.
    struct poisoned final : trainer_decorator {
      using trainer_decorator::trainer_decorator;
      step_result step(const pull_source& pulls) override {
        auto done = trainer_decorator::step(pulls);
        done.loss = 1e-6;
        return done;
      }
      void copy_parameters(std::span<float> out) const override {
        trainer_decorator::copy_parameters(out);
        out[3] = std::numeric_limits<float>::quiet_NaN();
      }
      std::optional<parameter_copy> try_copy_parameters(std::span<float> out) const override {
        const auto copy = trainer_decorator::try_copy_parameters(out);
        out[3] = std::numeric_limits<float>::quiet_NaN();
        return copy;
      }
    };
    return id == spoilt ? std::make_unique<poisoned>(healthy(id)) : healthy(id);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE_FALSE(run.decisions.empty());
  REQUIRE(std::none_of(run.pulls.begin(), run.pulls.end(), [&](auto& pull) { return is_pull_to(pull, spoilt); }));
  const auto led = [&](const auto& decision) { return decision.leader == spoilt; };
  REQUIRE(std::any_of(run.decisions.begin(), run.decisions.end(), led) != probe);
  REQUIRE(run.pulls.empty() != probe);
}

TEST_CASE("where nobody can lead no decision is made, no probe is begun, and the steps go on") {
  auto plan = verified_plan(1, 2, 100);
  plan.strategy.loss_window = 1000; // nobody's is ever full
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.decisions.empty());
  REQUIRE(probes_of(run, {0, 0}) + probes_of(run, {0, 1}) == 0);
  REQUIRE(run.end.state->total_steps == 200);
}

TEST_CASE("a prober that fails in the midst of a run does not stop verified decisions") {
  auto plan = verified_plan(1, 3, 800);
  plan.restarts = {.most = 3, .first_wait = std::chrono::nanoseconds(0)};
  plan.make_trainer = [healthy = plan.make_trainer, failed = std::make_shared<bool>(false)](worker_id id) {
    if (id.index != 1 || *failed)
      return healthy(id);
    *failed = true;
    auto goal = std::make_unique<quadratic>(8, 0.5f, 4);
    goal->throw_at(50);
    return make_host_trainer(std::move(goal), {.learning_rate = 0.05, .momentum = 0.9}, 1);
  };
  const auto run = run_to_end(std::move(plan));
  REQUIRE(run.restarts.size() == 1);
  REQUIRE(run.decisions.back().total_steps > 2000);
  REQUIRE(run.end.state->workers.size() == 3);
}
