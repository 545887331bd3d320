#include "actors/run_clock.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("a node that joins a run goes on from the training time that the others tell") {
  auto time = 0ns;
  run_clock clock([&] { return time; });
  SECTION("told before it begins") {
    clock.catch_up(100s);
    REQUIRE(clock.training_time() == 0s);
    time = 5s;
    clock.start(40s);
    REQUIRE(clock.training_time() == 100s);
  }
  SECTION("told after it began") {
    time = 5s;
    clock.start(40s);
    time = 6s;
    clock.catch_up(100s);
    REQUIRE(clock.training_time() == 100s);
  }
  time += 1s;
  REQUIRE(clock.training_time() == 101s);
}

TEST_CASE("a training time told by a node that is behind changes nothing") {
  auto time = 0ns;
  run_clock clock([&] { return time; });
  clock.catch_up(1s);
  clock.start(40s);
  clock.catch_up(39s);
  REQUIRE(clock.training_time() == 40s);
}

TEST_CASE("the time that passed here is without what was before, elsewhere or left out") {
  auto time = 0ns;
  run_clock clock([&] { return time; });
  REQUIRE(clock.training_time_here() == 0s);
  time = 5s;
  clock.start(40s);
  time = 8s;
  clock.catch_up(100s);
  clock.exclude(1s);
  REQUIRE(clock.training_time_here() == 2s);
}

TEST_CASE("what is done when nobody trains any more is no training time") {
  auto time = 0ns;
  run_clock clock([&] { return time; });
  clock.start(40s);
  time = 5s;
  clock.stop();
  time = 60s;
  clock.exclude(1s);
  REQUIRE(clock.training_time() == 45s);
  REQUIRE(clock.training_time_here() == 5s);
  REQUIRE(clock.now() == 60s);
}
