#include "cluster/link/turn_pacer.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("turns that come now and then do not wait") {
  turn_pacer pacer;
  for (auto now = turn_pacer::time_point() + 1h; now < turn_pacer::time_point() + 1h + 10s; now += 5ms)
    REQUIRE(pacer.take(now) == 0ns);
}

TEST_CASE("a burst after a pause does not wait, and what goes on after it is spaced") {
  turn_pacer pacer;
  auto now = turn_pacer::time_point() + 1h;
  for (int i = 0; i < turn_pacer::burst; ++i)
    REQUIRE(pacer.take(now) == 0ns);
  const auto began = now;
  for (int i = 0; i < 250; ++i)
    now += pacer.take(now);
  REQUIRE(now - began == 250 * turn_pacer::interval);
  REQUIRE(pacer.take(now + 1h) == 0ns);
}
