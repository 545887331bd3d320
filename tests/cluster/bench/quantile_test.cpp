#include "cluster/bench/quantile.hpp"

#include "tests/catch.hpp"

TEST_CASE("a quantile is a value that was there, which its share of all do not exceed") {
  REQUIRE(paceline::quantile({7}, 0.5) == 7);
  REQUIRE(paceline::quantile({9, 1, 5}, 0.5) == 5);
  REQUIRE(paceline::quantile({4, 3, 2, 1}, 0.5) == 2);
  REQUIRE(paceline::quantile({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 0.9) == 9);
  REQUIRE(paceline::quantile({4, 3, 2, 1}, 1) == 4);
}
