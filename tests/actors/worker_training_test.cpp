#include "actors/worker_training.hpp"

#include "compute/host_trainer.hpp"
#include "compute/trainer_decorator.hpp"
#include "tests/actors/quadratic.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// A worker with its slots, as a compute actor would hold it.
struct rig {
  explicit rig(std::unique_ptr<quadratic> goal = std::make_unique<quadratic>(), worker_id id = {0, 1})
    : rig(make_host_trainer(std::move(goal), {.learning_rate = 0.1, .momentum = 0.9}, 7), id) {}

  explicit rig(std::unique_ptr<trainer> device, worker_id id = {0, 1})
    : training(
      {.id = id,
       .strategy = {.period_group = 4, .period_global = 8, .pull_group = 0.5, .pull_global = 1.0, .loss_window = 3},
       .learning_rate = 0.1},
      std::move(device), group, global, clock) {}

  snapshot_ptr snapshot(scope of, worker_id leader, std::uint64_t decision, float value = 0.25f) {
    leader_snapshot s;
    s.scope = of;
    s.decision = decision;
    s.leader = leader;
    s.fingerprint = quadratic().layout().fingerprint();
    s.parameters.assign(8, value);
    return std::make_shared<const leader_snapshot>(std::move(s));
  }

  std::vector<float> parameters() { return training.save().training.parameters; }

  std::shared_ptr<run_clock> clock = std::make_shared<run_clock>([] { return 0ns; });
  std::shared_ptr<snapshot_slot> group = std::make_shared<snapshot_slot>();
  std::shared_ptr<snapshot_slot> global = std::make_shared<snapshot_slot>();
  worker_training training;
};

} // namespace

TEST_CASE("a leader is unmoved by its own snapshot") {
  rig leading;
  rig alone;
  for (std::uint64_t step = 1; step <= 5; ++step) {
    leading.group->put(leading.snapshot(scope::group, {0, 1}, step));
    REQUIRE(leading.training.step(0).pulls.empty());
    alone.training.step(0);
  }
  REQUIRE(leading.parameters() == alone.parameters());
}

TEST_CASE("a snapshot with pull 1 makes the follower equal to the leader, bit for bit") {
  rig follower;
  const auto sent = follower.snapshot(scope::global, {1, 0}, 1, 0.1f);
  follower.global->put(sent);
  const auto outcome = follower.training.step(0);
  REQUIRE(outcome.pulls.size() == 1);
  REQUIRE(outcome.pulls[0].scope == scope::global);
  REQUIRE(outcome.pulls[0].leader == worker_id{1, 0});
  REQUIRE(outcome.pulls[0].distance > 0);
  REQUIRE(follower.parameters() == sent->parameters);
}

TEST_CASE("when both scopes have a snapshot, the group's pull comes first") {
  rig follower;
  follower.global->put(follower.snapshot(scope::global, {1, 0}, 1, 0.1f));
  follower.group->put(follower.snapshot(scope::group, {0, 0}, 1, 0.9f));
  const auto outcome = follower.training.step(0);
  REQUIRE(outcome.pulls.size() == 2);
  REQUIRE(outcome.pulls[0].scope == scope::group);
  REQUIRE(outcome.pulls[1].scope == scope::global);
  REQUIRE(follower.parameters() == std::vector<float>(8, 0.1f));
}

TEST_CASE("a pull between steps does what the pull fused into a step does") {
  rig fused;
  rig apart;
  fused.group->put(fused.snapshot(scope::group, {0, 0}, 1));
  fused.training.step(0);
  apart.training.step(0);
  apart.group->put(apart.snapshot(scope::group, {0, 0}, 1));
  REQUIRE(apart.training.apply_pulls().pulls.size() == 1);
  REQUIRE(fused.parameters() == apart.parameters());
}

TEST_CASE("a snapshot of another model is not pulled to") {
  rig follower;
  auto foreign = *follower.snapshot(scope::group, {0, 0}, 1);
  foreign.fingerprint ^= 1;
  follower.group->put(std::make_shared<const leader_snapshot>(foreign));
  REQUIRE(follower.training.step(0).pulls.empty());
}

TEST_CASE("a worker that looks away keeps its snapshots for later") {
  rig follower;
  follower.group->put(follower.snapshot(scope::group, {0, 0}, 1));
  REQUIRE(follower.training.step_alone(0).pulls.empty());
  REQUIRE(follower.training.step(0).pulls.size() == 1);
}

TEST_CASE("a worker that diverged takes the next leader's parameters, and cannot lead until its window is full again") {
  auto goal = std::make_unique<quadratic>();
  goal->diverge_at(5, 2);
  rig worker(std::move(goal));
  for (int step = 0; step < 5; ++step)
    worker.training.step(0);
  REQUIRE(worker.training.report().window_full);
  REQUIRE_FALSE(worker.training.step(0).recovered_from);
  REQUIRE_FALSE(std::isfinite(worker.training.report().loss));

  const auto sent = worker.snapshot(scope::group, {0, 0}, 1);
  worker.group->put(sent);
  const auto outcome = worker.training.step(0);
  REQUIRE(outcome.recovered_from == worker_id{0, 0});
  REQUIRE(outcome.pulls.empty());
  REQUIRE(worker.parameters() == sent->parameters);
  REQUIRE(worker.training.save().training.optimiser.velocity == std::vector<float>(8, 0.0f));
  REQUIRE_FALSE(worker.training.report().window_full);
  REQUIRE(worker.training.progress().counters.recoveries == 1);
  for (int step = 0; step < 3; ++step)
    worker.training.step(0);
  REQUIRE(worker.training.report().window_full);
  REQUIRE(std::isfinite(worker.training.report().loss));
}

TEST_CASE("a worker that diverged and never hears of a leader says that it is lost") {
  auto goal = std::make_unique<quadratic>();
  goal->diverge_at(0);
  rig worker(std::move(goal));
  int steps = 1;
  while (!worker.training.step(0).lost)
    REQUIRE(++steps < 100);
  REQUIRE(steps == 17); // two global periods of 8 steps, and one more
}

TEST_CASE("parameters that are not finite are not given out as a snapshot") {
  rig worker;
  auto state = worker.training.save();
  REQUIRE(worker.training.take_snapshot({.scope = scope::group, .decision = 1}) != nullptr);
  REQUIRE(worker.training.try_take_snapshot({.scope = scope::group, .decision = 1}) != nullptr);
  state.training.parameters[3] = std::numeric_limits<float>::infinity();
  worker.training.restore(state);
  REQUIRE(worker.training.take_snapshot({.scope = scope::group, .decision = 2}) == nullptr);
  REQUIRE(worker.training.try_take_snapshot({.scope = scope::group, .decision = 2}) == nullptr);
}

TEST_CASE("a snapshot that comes while the gradient is computed pulls in the same step") {
  auto goal = std::make_unique<quadratic>();
  auto* const computing = goal.get();
  rig follower(std::move(goal));
  computing->while_computing([&] { follower.group->put(follower.snapshot(scope::group, {0, 0}, 1)); });
  const auto outcome = follower.training.step(0);
  REQUIRE(outcome.pulls.size() == 1);
  REQUIRE(outcome.pulls[0].steps == 1);
}

TEST_CASE("a snapshot taken in the midst of a step has the parameters, and the count, of the steps before it") {
  auto goal = std::make_unique<quadratic>();
  auto* const computing = goal.get();
  rig leader(std::move(goal));
  leader.training.step(0);
  const auto before = leader.parameters();
  snapshot_ptr taken;
  computing->while_computing(
    [&] { taken = leader.training.try_take_snapshot({.scope = scope::group, .decision = 1}); });
  leader.training.step(0);
  REQUIRE(taken != nullptr);
  REQUIRE(taken->parameters == before);
  REQUIRE(taken->leader_steps == 1);
  REQUIRE(leader.parameters() != before);
}

TEST_CASE("a copy that the leader's device keeps goes with the snapshot to the followers' pulls") {
  struct kept : device_copy {
    const float* on(std::string_view) const override { return nullptr; }
  };
  struct keeping : trainer_decorator {
    using trainer_decorator::trainer_decorator;
    std::optional<parameter_copy> try_copy_parameters(std::span<float> out) const override {
      auto copy = trainer_decorator::try_copy_parameters(out);
      copy->on_device = std::make_shared<kept>();
      return copy;
    }
    step_result step(const pull_source& pulls) override {
      return trainer_decorator::step([&] {
        const auto due = pulls();
        pulled_toward = due.empty() ? nullptr : due[0].on_device;
        return due;
      });
    }
    double pull(const leader_pull& toward) override {
      pulled_toward = toward.on_device;
      return trainer_decorator::pull(toward);
    }
    const device_copy* pulled_toward = nullptr;
  };
  auto device = std::make_unique<keeping>(make_host_trainer(std::make_unique<quadratic>(), {}, 7));
  auto& watched = *device;
  rig follower(std::move(device));
  const auto snapshot = follower.training.try_take_snapshot({.scope = scope::group, .decision = 1});
  REQUIRE(snapshot->on_device);
  auto foreign = *snapshot;
  foreign.leader = {0, 0};
  SECTION("within a step") {
    follower.group->put(std::make_shared<const leader_snapshot>(foreign));
    follower.training.step(0);
  }
  SECTION("alone") {
    follower.group->put(std::make_shared<const leader_snapshot>(foreign));
    follower.training.apply_pulls();
  }
  REQUIRE(watched.pulled_toward == snapshot->on_device.get());
}

TEST_CASE("a worker with a parameter that is not finite has diverged, though its loss hides it") {
  struct masking final : objective {
    quadratic goal;
    const parameter_layout& layout() const override { return goal.layout(); }
    void initialise(std::span<float> x, std::uint64_t seed) const override { goal.initialise(x, seed); }
    double loss_and_gradient(std::span<const float> x, std::span<float> g, std::uint64_t step) override {
      goal.loss_and_gradient(x, g, step);
      if (step == 4)
        g[2] = std::numeric_limits<float>::infinity();
      return 1.0;
    }
    double probe_loss(std::span<const float> x) override { return goal.probe_loss(x); }
  };
  const auto group = std::make_shared<snapshot_slot>();
  const auto clock = std::make_shared<run_clock>([] { return 0ns; });
  worker_training worker({.id = {0, 1}, .strategy = {.loss_window = 3}, .learning_rate = 0.1},
                         make_host_trainer(std::make_unique<masking>(), {}, 7), group,
                         std::make_shared<snapshot_slot>(), clock);
  for (int step = 0; step < 5; ++step)
    worker.step(0);
  REQUIRE_FALSE(std::isfinite(worker.report().loss));
  group->put(rig().snapshot(scope::group, {0, 0}, 1));
  REQUIRE(worker.step(0).recovered_from == worker_id{0, 0});
}

TEST_CASE("a diverged worker that is saved and restored waits for a leader as long as one that was not") {
  const auto diverging = [] {
    auto goal = std::make_unique<quadratic>();
    goal->diverge_at(2);
    return goal;
  };
  rig original(diverging());
  for (int step = 0; step < 9; ++step)
    original.training.step(0);
  rig resumed(diverging());
  resumed.training.restore(original.training.save());
  int steps = 1;
  while (!resumed.training.step(0).lost)
    REQUIRE(++steps < 100);
  REQUIRE(steps == 10); // the 17th since step 2
}

TEST_CASE("a worker restored from its saved state goes on with the same bits") {
  rig original(std::make_unique<quadratic>(8, 0.1f, 3));
  for (int step = 0; step < 7; ++step)
    original.training.step(0.1);
  rig resumed(std::make_unique<quadratic>(8, 0.1f, 3));
  resumed.training.restore(original.training.save());
  for (int step = 0; step < 5; ++step) {
    original.training.step(0.2);
    resumed.training.step(0.2);
    REQUIRE(original.training.report().loss == resumed.training.report().loss);
  }
  REQUIRE(original.parameters() == resumed.parameters());
  REQUIRE(original.training.report().steps == 12);
  REQUIRE(resumed.training.report().steps == 12);
}
