#include "actors/worker_trace.hpp"

#include "compute/host_trainer.hpp"
#include "tests/actors/quadratic.hpp"
#include "tests/catch.hpp"

using namespace paceline;

namespace {

std::unique_ptr<trainer> traced_trainer() {
  return make_host_trainer(std::make_unique<quadratic>(), {.learning_rate = 0.1}, 7);
}

} // namespace

TEST_CASE("a traced point is where the worker stood before the step, with the loss of that step") {
  const auto device = traced_trainer();
  worker_trace trace({0, 1}, 1);
  for (std::uint64_t step = 0; step < 3; ++step) {
    std::vector<float> before(device->layout().size());
    device->copy_parameters(before);
    trace.look(*device);
    const auto loss = device->step({}).loss;
    const auto traced = trace.take(loss);
    REQUIRE(traced);
    REQUIRE(traced->worker == worker_id{0, 1});
    REQUIRE(traced->steps == step);
    REQUIRE(traced->loss == loss);
    REQUIRE(traced->point == before);
  }
}

TEST_CASE("every so many steps a point is traced, and none where that is 0") {
  for (const std::uint64_t every : {0, 3}) {
    const auto device = traced_trainer();
    worker_trace trace({0, 0}, every);
    std::vector<std::uint64_t> steps;
    for (int step = 0; step < 7; ++step) {
      trace.look(*device);
      device->step({});
      if (const auto traced = trace.take(0))
        steps.push_back(traced->steps);
    }
    REQUIRE(steps == (every == 0 ? std::vector<std::uint64_t>() : std::vector<std::uint64_t>{0, 3, 6}));
  }
}
