#include "compute/sgd_kernels.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

using namespace paceline;

namespace {

struct outcome {
  std::vector<float> x;
  std::vector<float> velocity;
  lane_sums squares{};

  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome step_and_pull(const sgd_kernels& kernels, const sgd_coefficients& how, float strength, std::size_t size) {
  outcome result{random_vector(size, 1), random_vector(size, 2)};
  const auto gradient = random_vector(size, 3);
  const auto target = random_vector(size, 4);
  kernels.step(result.x.data(), gradient.data(), result.velocity.data(), size, how);
  kernels.pull(result.x.data(), target.data(), size, strength, result.squares);
  return result;
}

} // namespace

TEST_CASE("the plain kernels are always there and come first") {
  REQUIRE(supported_sgd_kernels().front().instruction_set == "portable");
}

TEST_CASE("all kernel variants that run here give the same bits") {
  const sgd_coefficients plain{.learning_rate = 0.1f, .weight_decay = 0.01f};
  const sgd_coefficients momentum{.learning_rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.01f};
  const sgd_coefficients nesterov{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true, .weight_decay = 0.01f};
  const auto variants = supported_sgd_kernels();
  for (const auto& variant : variants)
    for (const auto& how : {plain, momentum, nesterov})
      for (const float strength : {0.0f, 0.1f, 1.0f})
        for (const std::size_t size : {1u, 15u, 16u, 1001u}) {
          CAPTURE(variant.instruction_set, size, strength);
          REQUIRE(step_and_pull(variant, how, strength, size) == step_and_pull(variants.front(), how, strength, size));
        }
}
