#include "compute/sgd.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <algorithm>
#include <array>
#include <cmath>

using namespace paceline;

namespace {

/// Two steps on one weight of 1 with gradients 0.5 and 0.25; all numbers are exact in binary.
float after_two_steps(const sgd_settings& settings) {
  std::vector<float> x{1}, velocity{0};
  sgd_step(x, std::vector<float>{0.5f}, velocity, settings, {}, {});
  sgd_step(x, std::vector<float>{0.25f}, velocity, settings, {}, {});
  return x[0];
}

} // namespace

TEST_CASE("plain SGD matches two steps by hand") {
  // 1 − 0.5·0.5 − 0.5·0.25
  REQUIRE(after_two_steps({.learning_rate = 0.5}) == 0.625f);
}

TEST_CASE("weight decay is added to the gradient") {
  // d1 = 0.5 + 0.25·1 = 0.75, x = 0.625; d2 = 0.25 + 0.25·0.625 = 0.40625
  REQUIRE(after_two_steps({.learning_rate = 0.5, .weight_decay = 0.25}) == 0.625f - 0.203125f);
}

TEST_CASE("momentum starts at the first gradient and is not damped") {
  // v1 = 0.5, x = 0.75; v2 = 0.5·0.5 + 0.25 = 0.5
  REQUIRE(after_two_steps({.learning_rate = 0.5, .momentum = 0.5}) == 0.5f);
}

TEST_CASE("Nesterov looks ahead by the new velocity") {
  // v1 = 0.5, d = 0.5 + 0.5·0.5 = 0.75, x = 0.625; v2 = 0.5, d = 0.25 + 0.25 = 0.5, x = 0.375
  REQUIRE(after_two_steps({.learning_rate = 0.5, .momentum = 0.5, .nesterov = true}) == 0.375f);
}

TEST_CASE("Nesterov with weight decay matches two steps by hand") {
  // d = 0.75, v1 = 0.75, look-ahead 1.125, x = 0.4375;
  // d = 0.25 + 0.109375 = 0.359375, v2 = 0.375 + 0.359375 = 0.734375, look-ahead 0.7265625
  REQUIRE(after_two_steps({.learning_rate = 0.5, .momentum = 0.5, .nesterov = true, .weight_decay = 0.25})
          == 0.4375f - 0.36328125f);
}

TEST_CASE("many steps follow the recurrence computed in double") {
  const std::size_t size = 1000 + 24 + 7; // more than a chunk, and no whole number of lanes
  for (const sgd_settings& s :
       {sgd_settings{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 1e-2},
        sgd_settings{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-2},
        sgd_settings{.learning_rate = 0.05, .weight_decay = 1e-2}}) {
    auto x = random_vector(size, 1);
    std::vector<float> velocity(size);
    std::vector<double> true_x(x.begin(), x.end()), true_velocity(size);
    for (std::uint64_t step = 0; step < 20; ++step) {
      const auto gradient = random_vector(size, 2 + step);
      sgd_step(x, gradient, velocity, s, {}, {});
      for (std::size_t i = 0; i < size; ++i) {
        const double d = gradient[i] + s.weight_decay * true_x[i];
        true_velocity[i] = s.momentum * true_velocity[i] + d;
        true_x[i] -= s.learning_rate * (s.nesterov ? d + s.momentum * true_velocity[i] : true_velocity[i]);
      }
    }
    for (std::size_t i = 0; i < size; ++i)
      REQUIRE(std::abs(x[i] - true_x[i]) < 1e-5);
  }
}

TEST_CASE("a step fused with pulls is bit for bit the step and then each pull") {
  const std::size_t size = 5000;
  const auto gradient = random_vector(size, 1), a = random_vector(size, 2), b = random_vector(size, 3);
  const sgd_settings settings{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4};
  auto fused = random_vector(size, 4), apart = fused;
  auto fused_velocity = random_vector(size, 5), velocity_apart = fused_velocity;

  const std::array pulls{leader_pull{a, 0.3f}, leader_pull{b, 0.1f}};
  std::array<double, 2> distances{};
  sgd_step(fused, gradient, fused_velocity, settings, pulls, distances);

  sgd_step(apart, gradient, velocity_apart, settings, {}, {});
  const auto first = apply_pull(apart, pulls[0]);
  const auto second = apply_pull(apart, pulls[1]);
  REQUIRE(fused == apart);
  REQUIRE(fused_velocity == velocity_apart);
  REQUIRE(distances[0] == first);
  REQUIRE(distances[1] == second);
}

TEST_CASE("a buffer takes the value that the network gives it, and is pulled like a parameter") {
  std::vector<float> x{1, 1, 8}, velocity{0, 0, 0};
  const std::vector<float> gradient{0.5f, 0.5f, 4}, leader{0, 0, 2};
  double distance = 0;
  sgd_step(x, gradient, velocity, {.learning_rate = 0.5, .momentum = 0.5, .weight_decay = 0.25},
           std::array{leader_pull{leader, 0.5f}}, std::span(&distance, 1), 2);
  REQUIRE(x[0] == (1 - 0.5f * 0.75f) / 2);
  REQUIRE(x[2] == 3); // half the way from 4 to 2
  REQUIRE(velocity[2] == 0);
}

TEST_CASE("buffers may begin anywhere in a chunk of the loop, and where the parameters end it") {
  for (const std::size_t trained : {0u, 1u, 1023u, 1024u, 1025u, 2047u, 2048u}) {
    const std::size_t size = 2048;
    std::vector<float> x(size, 1), velocity(size);
    const std::vector<float> gradient(size, 0.5f);
    sgd_step(x, gradient, velocity, {.learning_rate = 1}, {}, {}, trained);
    for (std::size_t i = 0; i < size; ++i)
      REQUIRE(x[i] == 0.5f); // 1 − 0.5 for a parameter, the gradient itself for a buffer
    std::vector<float> y(size, 3);
    sgd_step(y, gradient, velocity, {.learning_rate = 1}, {}, {}, trained);
    REQUIRE(std::count(y.begin(), y.end(), 2.5f) == static_cast<std::ptrdiff_t>(trained));
  }
}
