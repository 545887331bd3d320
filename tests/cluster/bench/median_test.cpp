#include "cluster/bench/median.hpp"

#include "tests/catch.hpp"

TEST_CASE("the median is the middle value, or the mean of the middle two") {
  REQUIRE(paceline::median({7}) == 7);
  REQUIRE(paceline::median({9, 1, 5}) == 5);
  REQUIRE(paceline::median({9, 1, 5, 2}) == 3.5);
}
