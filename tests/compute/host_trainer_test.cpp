#include "compute/host_trainer.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

using namespace paceline;

namespace {

/// f(x) = ½ Σ curvature_i (x_i − centre_i)², whose loss can be spoilt from some step on.
class quadratic final : public objective {
 public:
  quadratic(std::vector<float> curvature, std::vector<float> centre)
    : curvature_(std::move(curvature)), centre_(std::move(centre)) {
    layout_.append("x", {static_cast<std::int64_t>(curvature_.size())});
  }

  void spoil_step(std::uint64_t step) { spoilt_ = step; }
  void while_computing(std::function<void()> what) { meanwhile_ = std::move(what); }
  std::uint64_t gradients() const { return gradients_; }

  const parameter_layout& layout() const override { return layout_; }

  void initialise(std::span<float> parameters, std::uint64_t seed) const override {
    const auto start = random_vector(parameters.size(), seed);
    std::copy(start.begin(), start.end(), parameters.begin());
  }

  double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient, std::uint64_t step) override {
    if (meanwhile_)
      meanwhile_();
    ++gradients_;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      gradient[i] = static_cast<float>(curvature_[i] * away(parameters, i));
    return step == spoilt_ ? std::numeric_limits<double>::quiet_NaN() : probe_loss(parameters);
  }

  double probe_loss(std::span<const float> parameters) override {
    double loss = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      loss += 0.5 * curvature_[i] * away(parameters, i) * away(parameters, i);
    return loss;
  }

 private:
  double away(std::span<const float> parameters, std::size_t i) const {
    return static_cast<double>(parameters[i]) - centre_[i];
  }

  std::vector<float> curvature_;
  std::vector<float> centre_;
  std::uint64_t spoilt_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t gradients_ = 0;
  std::function<void()> meanwhile_;
  parameter_layout layout_;
};

std::unique_ptr<quadratic> round_bowl() {
  return std::make_unique<quadratic>(std::vector<float>{1, 1}, std::vector<float>{0, 0});
}

std::vector<float> parameters_of(const trainer& t) {
  std::vector<float> result(t.layout().size());
  t.copy_parameters(result);
  return result;
}

pull_source pulls(std::vector<leader_pull> due) {
  return [due = std::move(due)] { return std::span(due); };
}

} // namespace

TEST_CASE("a step returns the loss before the update and moves down the gradient") {
  const auto trainer = make_host_trainer(round_bowl(), {.learning_rate = 0.5}, 1);
  trainer->adopt(std::vector<float>{4, 2});
  REQUIRE(trainer->step({}).loss == 10);
  REQUIRE(parameters_of(*trainer) == std::vector<float>{2, 1});
  REQUIRE(trainer->steps() == 1);
  trainer->set_learning_rate(1);
  trainer->step({});
  REQUIRE(parameters_of(*trainer) == std::vector<float>{0, 0});
}

TEST_CASE("a step applies its pulls after the update and tells their distances in order") {
  const auto trainer = make_host_trainer(round_bowl(), {.learning_rate = 0.5}, 1);
  trainer->adopt(std::vector<float>{8, 0});
  const std::vector<float> near{4, 2}, far{4, 9};
  const auto result = trainer->step(pulls({{near, 0.5f}, {far, 1.0f}}));
  REQUIRE(result.pull_distances[0] == 2);
  REQUIRE(result.pull_distances[1] == 8);
  REQUIRE(parameters_of(*trainer) == far);
}

TEST_CASE("a step asks for its pulls when its gradient is there") {
  auto goal = round_bowl();
  auto* const asked = goal.get();
  const auto trainer = make_host_trainer(std::move(goal), {.learning_rate = 0.5}, 1);
  const std::vector<float> leader{4, 9};
  const leader_pull due{leader, 1.0f};
  std::vector<std::uint64_t> gradients_before;
  for (int step = 0; step < 2; ++step)
    trainer->step([&] {
      gradients_before.push_back(asked->gradients());
      return std::span(&due, 1);
    });
  REQUIRE(gradients_before == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("another thread can copy the parameters while the gradient is computed") {
  auto goal = round_bowl();
  auto* const watched = goal.get();
  const auto trainer = make_host_trainer(std::move(goal), {.learning_rate = 0.5}, 1);
  trainer->adopt(std::vector<float>{8, 4});
  trainer->step({});
  std::vector<float> copied(2);
  std::optional<parameter_copy> copy;
  watched->while_computing([&] { std::thread([&] { copy = trainer->try_copy_parameters(copied); }).join(); });
  trainer->step({});
  REQUIRE(copy);
  REQUIRE(copy->steps == 1);
  REQUIRE_FALSE(copy->on_device);
  REQUIRE(copied == std::vector<float>{4, 2});
}

TEST_CASE("copies taken at any time are of whole steps") {
  constexpr std::size_t size = 100000;
  const auto trainer = make_host_trainer(
    std::make_unique<quadratic>(std::vector<float>(size, 1), std::vector<float>(size, 0)), {.learning_rate = 0.01}, 1);
  trainer->adopt(std::vector<float>(size, 1));
  std::atomic<bool> over = false;
  std::atomic<std::size_t> copies = 0;
  std::size_t torn = 0;
  std::thread reader([&] {
    std::vector<float> copied(size);
    while (!over)
      if (trainer->try_copy_parameters(copied)) {
        ++copies;
        torn += std::any_of(copied.begin(), copied.end(), [&](float x) { return x != copied[0]; }) ? 1u : 0u;
      }
  });
  // A machine may be too busy to run both threads for a while.
  for (int step = 0; step < 200 || (copies == 0 && step < 100000); ++step)
    trainer->step({});
  over = true;
  reader.join();
  REQUIRE(copies > 0);
  REQUIRE(torn == 0);
}

TEST_CASE("where the loss is not finite nothing is updated and nothing pulled, and the step is counted") {
  auto goal = round_bowl();
  goal->spoil_step(1);
  const auto trainer = make_host_trainer(std::move(goal), {.learning_rate = 0.5, .momentum = 0.9}, 1);
  trainer->step({});
  const auto before = trainer->save();
  const std::vector<float> leader{7, 7};
  const auto result = trainer->step(pulls({{leader, 1.0f}}));
  REQUIRE(std::isnan(result.loss));
  REQUIRE(trainer->save().parameters == before.parameters);
  REQUIRE(trainer->save().optimiser.velocity == before.optimiser.velocity);
  REQUIRE(trainer->steps() == 2);
}

TEST_CASE("a trainer restored from a saved state goes on bit for bit") {
  const optimiser_settings settings{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01};
  const auto whole = make_host_trainer(round_bowl(), settings, 1);
  const auto resumed = make_host_trainer(round_bowl(), settings, 2);
  for (int i = 0; i < 5; ++i)
    whole->step({});
  resumed->restore(whole->save());
  REQUIRE(resumed->steps() == 5);
  for (int i = 0; i < 5; ++i)
    REQUIRE(resumed->step({}).loss == whole->step({}).loss);
  REQUIRE(parameters_of(*resumed) == parameters_of(*whole));
}

TEST_CASE("a state of another model or optimiser is refused and changes nothing") {
  const auto trainer = make_host_trainer(round_bowl(), {.momentum = 0.9}, 1);
  const auto before = parameters_of(*trainer);
  REQUIRE_THROWS_AS(trainer->restore({9, {1, 2, 3}, {.velocity = {0, 0, 0}}}), invalid_input);
  REQUIRE_THROWS_AS(trainer->restore({9, {1, 2}, {}}), invalid_input);
  REQUIRE(trainer->steps() == 0);
  REQUIRE(parameters_of(*trainer) == before);
}

TEST_CASE("adopting parameters starts with fresh momentum and keeps the count") {
  const auto trainer = make_host_trainer(round_bowl(), {.learning_rate = 0.5, .momentum = 0.9}, 1);
  trainer->step({});
  trainer->adopt(std::vector<float>{1, -1});
  REQUIRE(trainer->save().optimiser.velocity == std::vector<float>{0, 0});
  REQUIRE(trainer->steps() == 1);
}

TEST_CASE("a pull between steps is a leader pull") {
  const auto trainer = make_host_trainer(round_bowl(), {}, 1);
  trainer->adopt(std::vector<float>{0, 0});
  REQUIRE(trainer->pull({std::vector<float>{3, 4}, 0.5f}) == 5);
  REQUIRE(parameters_of(*trainer) == std::vector<float>{1.5f, 2});
}

// With a learning rate below 2 / L the leader's own step is a pure gradient step, which never raises its
// loss.
TEST_CASE("on random convex quadratics the least loss over workers that are pulled to the best never rises") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    counter_random random(seed);
    const std::size_t size = 1 + random.below(30);
    std::vector<float> curvature(size);
    for (auto& c : curvature)
      c = random.uniform(0.01f, 4.0f);
    const auto centre = random_vector(size, seed + 100);
    const double largest = *std::max_element(curvature.begin(), curvature.end());
    const double rate = 1.99 / largest * random.uniform();
    const float strength = random.uniform();

    std::vector<std::unique_ptr<trainer>> workers;
    for (std::uint64_t w = 0; w < 4; ++w)
      workers.push_back(
        make_host_trainer(std::make_unique<quadratic>(curvature, centre), {.learning_rate = rate}, seed * 10 + w));

    quadratic goal(curvature, centre);
    std::vector<float> gradient(size);
    double least_before = std::numeric_limits<double>::infinity();
    for (int iteration = 0; iteration < 50; ++iteration) {
      double least = std::numeric_limits<double>::infinity();
      std::size_t best = 0;
      for (std::size_t w = 0; w < workers.size(); ++w) {
        const double loss = goal.loss_and_gradient(parameters_of(*workers[w]), gradient, 0);
        if (loss < least) {
          least = loss;
          best = w;
        }
      }
      // The leader's snapshot is its point before the step, so it takes no pull itself.
      REQUIRE(least <= least_before * (1 + 1e-5) + 1e-12);
      least_before = least;
      const auto leader = parameters_of(*workers[best]);
      for (std::size_t w = 0; w < workers.size(); ++w) {
        if (w == best)
          workers[w]->step({});
        else
          workers[w]->step(pulls({{leader, strength}}));
      }
    }
  }
}

TEST_CASE("scoring somebody's parameters gives their loss, changes nothing, and is NaN where one is not finite") {
  const optimiser_settings settings{.learning_rate = 0.1, .momentum = 0.9};
  const auto probed = make_host_trainer(round_bowl(), settings, 1);
  const auto left_alone = make_host_trainer(round_bowl(), settings, 1);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(probed->probe_loss(std::vector<float>{4, 2}) == 10);
    REQUIRE(probed->step({}).loss == left_alone->step({}).loss);
  }
  REQUIRE(parameters_of(*probed) == parameters_of(*left_alone));
  REQUIRE(probed->steps() == 3);
  REQUIRE(std::isnan(probed->probe_loss(std::vector<float>{4, std::numeric_limits<float>::infinity()})));
}
