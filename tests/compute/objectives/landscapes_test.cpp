#include "compute/errors.hpp"
#include "compute/objectives/convex_quadratic.hpp"
#include "compute/objectives/double_well.hpp"
#include "compute/objectives/matrix_completion.hpp"
#include "compute/objectives/sinc.hpp"
#include "tests/compute/objectives/gradient_check.hpp"
#include "tests/compute/random_vector.hpp"

#include <algorithm>
#include <array>

using namespace paceline;

TEST_CASE("sinc is 1 at its centre, 0 on whole rings and lowest around 1.43") {
  sinc goal;
  std::array<float, 2> slope{7, 7};
  REQUIRE(goal.evaluate(std::array{0.0f, 0.0f}, slope) == 1);
  REQUIRE(slope == std::array{0.0f, 0.0f});
  REQUIRE(goal.evaluate(std::array{3.0f, 0.0f}, {}) == Approx(0).margin(1e-12));
  REQUIRE(goal.evaluate(std::array{-1.4303f, 0.0f}, {}) == Approx(-0.217234).epsilon(1e-5));
  REQUIRE(goal.evaluate(std::array{1e-5f, 0.0f}, slope) == Approx(1));
  REQUIRE(slope[0] == Approx(-3.2899e-5).epsilon(1e-3));
  for (const std::uint64_t seed : {1, 2, 3})
    require_true_gradient(goal, {random_vector(2, seed)[0] * 3, random_vector(2, seed)[1] * 3});
}

TEST_CASE("a double well has its minima of 0 at -1 and 1 and a ridge of 1/4 between") {
  double_well goal;
  REQUIRE(goal.evaluate(std::array{1.0f}, {}) == 0);
  REQUIRE(goal.evaluate(std::array{-1.0f}, {}) == 0);
  REQUIRE(goal.evaluate(std::array{0.0f}, {}) == 0.25);
  require_true_gradient(goal, {1.2f});
  require_true_gradient(goal, {-0.3f});
}

TEST_CASE("a convex quadratic is 0 at its minimum and curved as it was asked to be") {
  convex_quadratic goal({.dimensions = 6, .least_curvature = 0.5, .greatest_curvature = 20, .seed = 3});
  std::vector<float> minimum(goal.minimum().begin(), goal.minimum().end());
  REQUIRE(goal.evaluate(minimum, {}) == Approx(0).margin(1e-10));
  require_true_gradient(goal, random_vector(6, 1), 1e-2);
  // Powers of I − A/20 keep the axis of least curvature longest: what is left of a way shrinks by 1 − 0.5/20 a step.
  auto point = random_vector(6, 2);
  std::vector<float> gradient(6);
  double before = 0;
  double after = 0;
  for (int step = 0; step < 400; ++step) {
    before = after;
    after = goal.evaluate(point, gradient);
    for (std::size_t i = 0; i < point.size(); ++i)
      point[i] -= gradient[i] / 20;
  }
  REQUIRE(std::sqrt(after / before) == Approx(1 - 0.5 / 20).epsilon(1e-2));
  REQUIRE(convex_quadratic({.seed = 1}).evaluate(random_vector(16, 1), {})
          == convex_quadratic({.seed = 1}).evaluate(random_vector(16, 1), {}));
  REQUIRE(convex_quadratic({.seed = 1}).evaluate(random_vector(16, 1), {})
          != convex_quadratic({.seed = 2}).evaluate(random_vector(16, 1), {}));
}

TEST_CASE("a convex quadratic without dimensions, or curved the wrong way, is refused") {
  REQUIRE_THROWS_AS(convex_quadratic({.dimensions = 0}), invalid_input);
  REQUIRE_THROWS_AS(convex_quadratic({.least_curvature = 0}), invalid_input);
  REQUIRE_THROWS_AS(convex_quadratic({.least_curvature = 3, .greatest_curvature = 2}), invalid_input);
}

TEST_CASE("matrix completion is about d²/2 a rank at a random point, and its gradient is true") {
  matrix_completion goal({.size = 300, .rank = 2, .seed = 1});
  std::vector<float> start(600);
  // Not at the solution, though the seeds are the same.
  goal.initialise(start, 1);
  REQUIRE(goal.evaluate(start, {}) == Approx(0.5 * 300 * 300 * 2).epsilon(0.3));
  matrix_completion small({.size = 6, .rank = 2});
  std::vector<float> point(12);
  small.initialise(point, 2);
  require_true_gradient(small, point, 1e-2);
  // Neither fills whole tiles of the products.
  matrix_completion odd({.size = 19, .rank = 11});
  std::vector<float> elsewhere(19 * 11);
  odd.initialise(elsewhere, 2);
  require_true_gradient(odd, elsewhere, 1e-2);
  REQUIRE_THROWS_AS(matrix_completion({.size = 0}), invalid_input);
}
