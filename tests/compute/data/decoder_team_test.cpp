#include "compute/data/decoder_team.hpp"

#include "tests/catch.hpp"

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

using namespace paceline;

TEST_CASE("every picture is prepared once, whatever the number of threads and pictures") {
  for (const std::size_t threads : {1u, 2u, 5u}) {
    decoder_team team(threads);
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<int> times(count);
      team.prepare_all(count, [&](std::size_t i) { ++times[i]; });
      REQUIRE(times == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("all threads prepare pictures at the same time") {
  constexpr std::size_t threads = 3;
  decoder_team team(threads);
  // Each is prepared only while the two others are.
  std::latch all_there(threads);
  team.prepare_all(threads, [&](std::size_t) { all_there.arrive_and_wait(); });
  REQUIRE(all_there.try_wait());
}

TEST_CASE(
  "of several pictures that cannot be prepared the first is told, after the others were, and the team goes on") {
  for (const std::size_t threads : {1u, 4u}) {
    decoder_team team(threads);
    std::atomic<int> prepared = 0;
    const auto prepare = [&](std::size_t i) {
      if (i % 10 == 7)
        throw std::runtime_error("picture " + std::to_string(i));
      ++prepared;
    };
    REQUIRE_THROWS_WITH(team.prepare_all(50, prepare), "picture 7");
    REQUIRE(prepared == 45);
    team.prepare_all(5, prepare);
    REQUIRE(prepared == 50);
  }
}

TEST_CASE("a team that never had anything to do ends") {
  for (int i = 0; i < 50; ++i)
    decoder_team(3);
}
