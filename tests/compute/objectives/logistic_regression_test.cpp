#include "compute/objectives/logistic_regression.hpp"

#include "compute/errors.hpp"
#include "tests/compute/objectives/gradient_check.hpp"
#include "tests/compute/random_vector.hpp"

using namespace paceline;

TEST_CASE("logistic regression's gradient is true, of a batch and of all examples") {
  for (const std::size_t batch : {0u, 16u}) {
    const logistic_regression_settings settings{.features = 5, .examples = 100, .batch_size = batch, .l2 = 0.1};
    logistic_regression goal(settings, logistic_regression::make_examples(settings), 7);
    require_true_gradient(goal, random_vector(6, 1));
  }
}

TEST_CASE("logistic regression begins at ln 2, its batches are of their step and worker, and descent finds the plane") {
  const logistic_regression_settings settings{.noise = 0};
  const auto examples = logistic_regression::make_examples(settings);
  logistic_regression goal(settings, examples, 1);
  std::vector<float> point(21);
  goal.initialise(point, 0);
  std::vector<float> gradient(21);
  REQUIRE(goal.probe_loss(point) == Approx(std::log(2.0)));
  REQUIRE(goal.loss_and_gradient(point, gradient, 1) == Approx(std::log(2.0)));
  const auto first = gradient;
  goal.loss_and_gradient(point, gradient, 2);
  REQUIRE(gradient != first);
  goal.loss_and_gradient(point, gradient, 1);
  REQUIRE(gradient == first);
  logistic_regression(settings, examples, 2).loss_and_gradient(point, gradient, 1);
  REQUIRE(gradient != first);
  for (std::uint64_t step = 0; step < 500; ++step) {
    goal.loss_and_gradient(point, gradient, step);
    for (std::size_t i = 0; i < point.size(); ++i)
      point[i] -= 0.5f * gradient[i];
  }
  REQUIRE(goal.probe_loss(point) < 0.15);
  REQUIRE(goal.steps_per_epoch() == 62);
  // A great margin overflows nothing.
  REQUIRE(std::isfinite(goal.probe_loss(std::vector<float>(21, 1e4f))));
}

TEST_CASE("logistic regression of nothing is refused") {
  REQUIRE_THROWS_AS(logistic_regression::make_examples({.features = 0}), invalid_input);
  REQUIRE_THROWS_AS(logistic_regression::make_examples({.examples = 0}), invalid_input);
  REQUIRE_THROWS_AS(logistic_regression::make_examples({.noise = 2}), invalid_input);
  REQUIRE_THROWS_AS(logistic_regression({.features = 3}, logistic_regression::make_examples({.features = 4}), 1),
                    invalid_input);
}
