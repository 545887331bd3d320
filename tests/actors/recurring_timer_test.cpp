#include "actors/recurring_timer.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("a timer is due once an interval, and missed times are not made up for") {
  recurring_timer timer;
  timer.start(100s, 10s);
  REQUIRE_FALSE(timer.due(109s));
  REQUIRE(timer.due(110s));
  timer.done(110s);
  REQUIRE_FALSE(timer.due(119s));
  REQUIRE(timer.due(147s));
  timer.done(147s);
  REQUIRE_FALSE(timer.due(149s));
  REQUIRE(timer.due(150s));
}

TEST_CASE("a timer of interval zero, or one that was never started, is never due") {
  recurring_timer timer;
  REQUIRE_FALSE(timer.due(1h));
  timer.start(5s, 0s);
  REQUIRE_FALSE(timer.due(1h));
}
