#include "compute/cuda/kernels/sgd_step.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

#include <array>
#include <cmath>
#include <limits>

using namespace paceline;

namespace {

constexpr std::size_t count = 1000;
constexpr std::size_t trained = 900;

struct vectors {
  std::vector<float> x = random_vector(count, 1);
  std::vector<float> gradient = random_vector(count, 2);
  std::vector<float> velocity = random_vector(count, 3);
};

cuda::step_outcome step_on_device(vectors& v, const sgd_settings& settings, const cuda::step_arguments& arguments,
                                  double loss = 1.5) {
  cuda::stream queue(0);
  std::vector<double> scratch(static_cast<std::size_t>(cuda::scratch_doubles(1, 3)));
  cuda::step_outcome outcome;
  const cuda::step_vectors at{.count = count,
                              .trained = trained,
                              .x = v.x.data(),
                              .gradient = v.gradient.data(),
                              .velocity = settings.momentum == 0 ? nullptr : v.velocity.data()};
  cuda::sgd_step(queue, at, settings, &arguments, &loss, {scratch.data()}, &outcome);
  queue.wait();
  return outcome;
}

} // namespace

TEST_CASE("the device's step and pulls are the host's, whatever the optimiser") {
  const auto near = random_vector(count, 4);
  const auto far = random_vector(count, 5);
  for (const double momentum : {0.0, 0.9})
    for (const bool nesterov : {false, true})
      for (const std::size_t pulls : {0, 1, 2}) {
        CAPTURE(momentum, nesterov, pulls);
        const sgd_settings settings{
          .learning_rate = 0.1, .momentum = momentum, .nesterov = nesterov && momentum > 0, .weight_decay = 0.01};
        cuda::step_arguments arguments{.learning_rate = 0.1f};
        const std::array<leader_pull, 2> due{leader_pull{near, 0.25f}, leader_pull{far, 1}};
        for (std::size_t k = 0; k < pulls; ++k) {
          arguments.targets[k] = due[k].target.data();
          arguments.strengths[k] = due[k].strength;
        }
        vectors device;
        vectors host;
        const auto outcome = step_on_device(device, settings, arguments);
        std::array<double, 2> distances{};
        sgd_step(host.x, host.gradient, momentum == 0 ? std::span<float>() : std::span(host.velocity), settings,
                 std::span(due).first(pulls), distances, trained);
        REQUIRE(relative_error(device.x, host.x) < 1e-6);
        REQUIRE(relative_error(device.velocity, host.velocity) < 1e-6);
        REQUIRE(outcome.loss == 1.5);
        REQUIRE(outcome.broken == 0);
        for (std::size_t k = 0; k < 2; ++k)
          REQUIRE(std::sqrt(outcome.squared_distances[k]) == Approx(distances[k]).epsilon(1e-5));
      }
}

TEST_CASE("the device's step leaves all as it is where the loss is not finite, and counts what it breaks itself") {
  const vectors before;
  for (const double loss : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    vectors v;
    const auto outcome = step_on_device(v, {.momentum = 0.9}, {.learning_rate = 0.1f}, loss);
    REQUIRE(v.x == before.x);
    REQUIRE(v.velocity == before.velocity);
    REQUIRE_FALSE(std::isfinite(outcome.loss));
  }
  vectors v;
  v.gradient[3] = std::numeric_limits<float>::infinity();
  v.gradient[950] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(step_on_device(v, {}, {.learning_rate = 0.1f}).broken == 2);
}
