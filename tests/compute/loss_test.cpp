#include "compute/loss.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace paceline;

TEST_CASE("cross-entropy of equal scores is the logarithm of the number of classes") {
  const std::vector<float> scores(8, 3.0f);
  const std::vector<std::int32_t> labels{0, 3};
  std::vector<float> gradient(8);
  REQUIRE(softmax_cross_entropy(scores, labels, gradient) == Approx(2 * std::log(4.0)).epsilon(1e-14));
  REQUIRE(gradient == std::vector<float>{-0.375f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f, -0.375f});
}

TEST_CASE("cross-entropy and its gradient match values worked out by hand") {
  // softmax of (0, log 2, log 5) is (1, 2, 5) / 8.
  const std::vector<float> scores{0, std::log(2.0f), std::log(5.0f)};
  const std::vector<std::int32_t> labels{1};
  std::vector<float> gradient(3);
  REQUIRE(softmax_cross_entropy(scores, labels, gradient) == Approx(std::log(4.0)).epsilon(1e-7));
  REQUIRE(gradient[0] == Approx(0.125).epsilon(1e-6));
  REQUIRE(gradient[1] == Approx(-0.75).epsilon(1e-6));
  REQUIRE(gradient[2] == Approx(0.625).epsilon(1e-6));
}

TEST_CASE("cross-entropy of huge scores does not overflow") {
  const std::vector<float> scores{3e38f, -3e38f};
  REQUIRE(softmax_cross_entropy(scores, std::vector<std::int32_t>{0}, {}) == 0);
  REQUIRE(softmax_cross_entropy(scores, std::vector<std::int32_t>{1}, {}) == Approx(6e38));
}

TEST_CASE("a score that is no number gives a loss that is no number, wherever it stands") {
  for (std::size_t place = 0; place < 3; ++place) {
    std::vector<float> scores{1, 2, 3};
    scores[place] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE(std::isnan(softmax_cross_entropy(scores, std::vector<std::int32_t>{0}, {})));
  }
}

TEST_CASE("an answer is the class of the highest score, the first of equals, and none where a score is no number") {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> scores{1, 2, 0, /**/ 2, 1, 0, /**/ 0, 5, nan, /**/ 0, 7, 7};
  std::vector<std::int32_t> answers(4);
  find_answers(scores, answers);
  REQUIRE(answers == std::vector<std::int32_t>{1, 0, -1, 1});
}
