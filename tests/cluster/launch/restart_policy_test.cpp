#include "cluster/launch/restart_policy.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr restart_limits limits{.most = 5, .window = 60s, .first_wait = 1s, .longest_wait = 4s};

} // namespace

TEST_CASE("waits before restarts double up to the longest, and then it stays down") {
  restart_policy policy(limits);
  for (const auto wait : {1s, 2s, 4s, 4s, 4s})
    REQUIRE(policy.on_death(10s) == wait);
  REQUIRE_FALSE(policy.on_death(10s));
}

TEST_CASE("a death outside the window is forgotten") {
  restart_policy policy(limits);
  for (int i = 0; i < 5; ++i)
    REQUIRE(policy.on_death(0s));
  REQUIRE_FALSE(policy.on_death(60s));
  REQUIRE(policy.on_death(61s) == 1s);
}

TEST_CASE("a limit of no restarts allows none") {
  auto none = limits;
  none.most = 0;
  REQUIRE_FALSE(restart_policy(none).on_death(0s));
}
