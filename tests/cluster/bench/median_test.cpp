#include "cluster/bench/median.hpp"

#include "tests/catch.hpp"

#include <cmath>

TEST_CASE("the median is the middle value, or the mean of the middle two") {
  REQUIRE(paceline::median({7}) == 7);
  REQUIRE(paceline::median({9, 1, 5}) == 5);
  REQUIRE(paceline::median({9, 1, 5, 2}) == 3.5);
}

TEST_CASE("the error of a median follows from the quartiles and the number of values, not from a wild one") {
  REQUIRE(paceline::standard_error_of_median({7}) == 0);
  // Quartiles 2 and 4: sigma 1.4826.
  REQUIRE(paceline::standard_error_of_median({5, 1, 3, 2, 4}) == Approx(1.2533 * 2 / 1.349 / std::sqrt(5.0)));
  REQUIRE(paceline::standard_error_of_median({5000, 1, 3, 2, 4}) == Approx(1.2533 * 2 / 1.349 / std::sqrt(5.0)));
}
