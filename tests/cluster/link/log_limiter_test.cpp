#include "cluster/link/log_limiter.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("of many lines of one kind one in an interval passes and counts the others") {
  using time_point = log_limiter::time_point;
  log_limiter limiter(5s);
  REQUIRE(limiter.pass("a", "first", time_point(0s)) == "first");
  REQUIRE_FALSE(limiter.pass("a", "second", time_point(1s)));
  REQUIRE_FALSE(limiter.pass("a", "third", time_point(4s)));
  REQUIRE(limiter.pass("b", "other", time_point(4s)) == "other");
  REQUIRE(limiter.pass("a", "fourth", time_point(5s)) == "fourth (and 2 more like it before)");
  REQUIRE(limiter.pass("a", "fifth", time_point(10s)) == "fifth");
}
