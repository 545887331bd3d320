#include "actors/worker_restarts.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

TEST_CASE("without a limit that allows it a lost worker is not started again") {
  REQUIRE(restart_history({}).next(0s) == std::nullopt);
}

TEST_CASE("each restart waits twice as long as the one before, up to the longest wait") {
  restart_history history({.most = 9, .span = 10min, .first_wait = 1s, .longest_wait = 5s});
  for (const auto wait : {1s, 2s, 4s, 5s, 5s})
    REQUIRE(history.next(1min) == wait);
  REQUIRE(history.granted() == 5);
}

TEST_CASE("a worker that had its share of restarts within the span gets no other before the oldest is out of it") {
  restart_history history({.most = 2, .span = 10s, .first_wait = 1s});
  REQUIRE(history.next(0s) == 1s);
  REQUIRE(history.next(4s) == 2s);
  REQUIRE(history.next(9s) == std::nullopt);
  REQUIRE(history.next(10s) == 2s);
  REQUIRE(history.next(11s) == std::nullopt);
}

TEST_CASE("after a whole span in peace the waits begin anew") {
  restart_history history({.most = 3, .span = 10s, .first_wait = 1s});
  history.next(0s);
  history.next(1s);
  REQUIRE(history.next(11s) == 1s);
}
