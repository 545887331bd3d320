#include "cluster/link/link_timing.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("all time limits of a link are shares of patience, and a lost peer is known well within it") {
  const link_timing timing(2s);
  REQUIRE(timing.heartbeat == 250ms);
  REQUIRE(timing.lost_after == 1s);
  REQUIRE(timing.first_backoff == 100ms);
  REQUIRE(timing.longest_backoff == 1s);
  REQUIRE(timing.says_unreachable_after == 4s);
}

TEST_CASE("no time limit of a link vanishes with a small patience") {
  const link_timing timing(5ms);
  REQUIRE(timing.heartbeat == 1ms);
  REQUIRE(timing.first_backoff == 1ms);
}
