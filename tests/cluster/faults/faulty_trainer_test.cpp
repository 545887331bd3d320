#include "cluster/faults/faulty_trainer.hpp"

#include "compute/host_trainer.hpp"
#include "tests/actors/quadratic.hpp"
#include "tests/catch.hpp"

#include <cmath>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

struct rehearsed_worker {
  std::shared_ptr<worker_switches> switches = std::make_shared<worker_switches>();
  std::unique_ptr<trainer> training;

  explicit rehearsed_worker(std::chrono::nanoseconds least_step = 0ns)
    : training(make_faulty_trainer(plain(), switches, least_step)) {}

  static std::unique_ptr<trainer> plain() {
    return make_host_trainer(std::make_unique<quadratic>(), {.learning_rate = 0.05}, 3);
  }
};

std::chrono::nanoseconds time_of_step(trainer& training) {
  const auto began = std::chrono::steady_clock::now();
  training.step({});
  return std::chrono::steady_clock::now() - began;
}

} // namespace

TEST_CASE("a trainer with all switches off is the one inside") {
  rehearsed_worker worker;
  const auto plain = rehearsed_worker::plain();
  for (int i = 0; i < 5; ++i)
    REQUIRE(worker.training->step({}).loss == plain->step({}).loss);
  REQUIRE(worker.training->save().parameters == plain->save().parameters);
  REQUIRE(worker.training->steps() == 5);
}

TEST_CASE("a poisoned worker's parameters are NaN from its next step on, until it adopts others") {
  rehearsed_worker worker;
  worker.switches->poisoned = true;
  const auto done = worker.training->step({});
  REQUIRE_FALSE((std::isfinite(done.loss) && done.finite));
  REQUIRE(std::isnan(worker.training->save().parameters[0]));
  REQUIRE_FALSE(worker.switches->poisoned);
  worker.training->adopt(std::vector<float>(8, 0.5f));
  REQUIRE(std::isfinite(worker.training->step({}).loss));
}

TEST_CASE("a worker that lies claims a far smaller loss and trains as ever") {
  rehearsed_worker worker;
  const auto plain = rehearsed_worker::plain();
  worker.switches->lies = true;
  REQUIRE(worker.training->step({}).loss == plain->step({}).loss * false_loss_share);
  worker.switches->lies = false;
  REQUIRE(worker.training->step({}).loss == plain->step({}).loss);
}

TEST_CASE("no step takes less than the least time, and a slow worker's takes several times that") {
  rehearsed_worker worker(20ms);
  REQUIRE(time_of_step(*worker.training) >= 20ms);
  worker.switches->slowdown = 3;
  REQUIRE(time_of_step(*worker.training) >= 60ms);
}
