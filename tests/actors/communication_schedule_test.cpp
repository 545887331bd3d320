#include "actors/communication_schedule.hpp"

#include "actors/strategy.hpp"
#include "compute/counter_random.hpp"
#include "tests/catch.hpp"

#include <cmath>
#include <queue>
#include <vector>

using namespace paceline;

namespace {

/// Workers that step at speeds of their own on a simulated clock; hands each finished step to `on_step`, in order of time.
template <class OnStep>
void simulate_workers(std::size_t workers, std::uint64_t seed, std::uint64_t total_steps, OnStep on_step) {
  struct event {
    double time;
    std::size_t worker;
    bool operator>(const event& other) const { return time > other.time; }
  };
  counter_random random(seed);
  std::vector<float> speed(workers);
  std::priority_queue<event, std::vector<event>, std::greater<>> queue;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    speed[worker] = random.uniform(0.2f, 5.0f);
    queue.push({static_cast<double>(random.uniform()), worker});
  }
  for (std::uint64_t step = 0; step < total_steps; ++step) {
    const auto next = queue.top();
    queue.pop();
    on_step(next.worker);
    // Exponential step times: far more uneven than any real device.
    queue.push({next.time - std::log(1.0 - static_cast<double>(random.uniform())) / speed[next.worker], next.worker});
  }
}

} // namespace

TEST_CASE("exactly workers times tau steps pass between decisions, whatever the workers' speeds") {
  const std::uint64_t tau = GENERATE(1, 4, 16, 64, 10);
  const std::uint64_t seed = GENERATE(1, 2, 3);
  const std::size_t groups = 2;
  const std::size_t per_group = 3;
  const auto workers = groups * per_group;
  const auto interval = report_interval({.period_group = tau, .period_global = 2 * tau});

  communication_schedule schedule(workers, workers * tau);
  std::vector<std::uint64_t> steps(workers, 0);
  std::uint64_t last_decision = 0;
  int decisions = 0;
  simulate_workers(workers, seed, workers * tau * 50, [&](std::size_t worker) {
    if (++steps[worker] % interval != 0)
      return;
    if (!schedule.count(worker, steps[worker]))
      return;
    REQUIRE(schedule.total() - last_decision == workers * tau);
    last_decision = schedule.total();
    ++decisions;
  });
  // Less than one report interval a worker, so less than one decision, is unreported at the end.
  REQUIRE(decisions >= 49);
}

TEST_CASE("workers report at most four times a period, at a divisor of both periods") {
  REQUIRE(report_interval({.period_group = 16, .period_global = 64}) == 4);
  REQUIRE(report_interval({.period_group = 64, .period_global = 128}) == 16);
  REQUIRE(report_interval({.period_group = 1, .period_global = 4}) == 1);
  REQUIRE(report_interval({.period_group = 7, .period_global = 14}) == 7);
  REQUIRE(report_interval({.period_group = 10, .period_global = 20}) == 5);
  REQUIRE(report_interval({.period_group = 127, .period_global = 254}) == 127);
  REQUIRE(report_interval({.period_group = 9, .period_global = 8}) == 1);
  REQUIRE(report_interval({.period_group = 0, .period_global = 32}) == 8);
  REQUIRE(report_interval({.period_group = 0, .period_global = 0}) == 16);
}

TEST_CASE("a report that jumps over several multiples makes one decision due and keeps the rest") {
  communication_schedule schedule(2, 10);
  REQUIRE(schedule.count(0, 27));
  REQUIRE(schedule.steps_since() == 7);
  REQUIRE_FALSE(schedule.count(1, 2));
  REQUIRE(schedule.count(1, 3));
}

TEST_CASE("a member that starts again from a lower count adds no steps and loses none") {
  communication_schedule schedule(1, 10);
  REQUIRE_FALSE(schedule.count(0, 8));
  REQUIRE_FALSE(schedule.count(0, 2));
  REQUIRE_FALSE(schedule.count(0, 3));
  REQUIRE(schedule.count(0, 4));
}

TEST_CASE("the first count of a member whose mark is lost only sets it") {
  communication_schedule schedule(2, 10);
  REQUIRE_FALSE(schedule.count(0, 8));
  schedule.lose_mark(0);
  REQUIRE_FALSE(schedule.has_mark(0));
  REQUIRE_FALSE(schedule.count(0, 1000));
  REQUIRE(schedule.has_mark(0));
  REQUIRE(schedule.steps_since() == 8);
  REQUIRE(schedule.count(0, 1002));
  schedule.lose_all_marks();
  REQUIRE_FALSE(schedule.count(0, 2000));
  REQUIRE_FALSE(schedule.count(1, 3000));
  REQUIRE(schedule.steps_since() == 0);
}

TEST_CASE("fewer workers make the way between decisions shorter from the next count on") {
  communication_schedule schedule(2, 10);
  REQUIRE_FALSE(schedule.count(0, 4));
  schedule.set_steps_between(5);
  REQUIRE(schedule.count(0, 5));
}

TEST_CASE("a schedule of period zero never calls for a decision") {
  communication_schedule schedule(2, 0);
  REQUIRE_FALSE(schedule.count(0, 1'000'000));
}

TEST_CASE("a restored schedule goes on where the saved one stopped") {
  communication_schedule schedule(2, 10);
  schedule.count(0, 6);
  communication_schedule restored(2, 10);
  restored.restore(schedule.member_steps(), schedule.steps_since());
  REQUIRE_FALSE(restored.count(1, 3));
  REQUIRE(restored.count(0, 7));
}
