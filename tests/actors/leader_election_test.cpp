#include "actors/leader_election.hpp"

#include "tests/catch.hpp"

#include <limits>
#include <vector>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

loss_report report_of(worker_id worker, double loss, std::chrono::nanoseconds at = 0s) {
  return {.worker = worker, .steps = 100, .loss = loss, .window_full = true, .measured_at = at};
}

} // namespace

TEST_CASE("the worker of least loss leads, and the margin is the distance to the next") {
  const std::vector reports{report_of({0, 0}, 1.5), report_of({0, 1}, 0.75), report_of({0, 2}, 1.0)};
  const auto result = elect(reports, 0s, 1s);
  REQUIRE(result.winner->worker == worker_id{0, 1});
  REQUIRE(result.winner->loss == 0.75);
  REQUIRE(result.margin == 0.25);
  REQUIRE(result.reason == "least loss of 3, 0.25 below 0.2");
}

TEST_CASE("a tie goes to the lowest worker") {
  const std::vector reports{report_of({1, 0}, 0.5), report_of({0, 1}, 0.5), report_of({0, 3}, 0.5)};
  const auto result = elect(reports, 0s, 1s);
  REQUIRE(result.winner->worker == worker_id{0, 1});
  REQUIRE(result.margin == 0.0);
}

TEST_CASE("a loss that is not finite is never elected") {
  const auto bad = GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity());
  const std::vector reports{report_of({0, 0}, bad), report_of({0, 1}, 7.0)};
  REQUIRE(elect(reports, 0s, 1s).winner->worker == worker_id{0, 1});
  const auto alone = elect(std::vector{report_of({0, 0}, bad)}, 0s, 1s);
  REQUIRE_FALSE(alone.winner);
  REQUIRE(alone.reason == "nobody can lead; left out: 1 with a loss that is not finite");
}

TEST_CASE("a worker whose loss window is not full cannot win, however low its loss") {
  auto eager = report_of({0, 0}, 0.0);
  eager.window_full = false;
  const auto result = elect(std::vector{eager, report_of({0, 1}, 2.0)}, 0s, 1s);
  REQUIRE(result.winner->worker == worker_id{0, 1});
  REQUIRE(result.reason == "the only one that can lead; left out: 1 with an unfilled loss window");
}

TEST_CASE("a stale report cannot win, one of exactly the allowed age can") {
  const std::vector reports{report_of({0, 0}, 0.1, 1s), report_of({0, 1}, 2.0, 5s)};
  REQUIRE(elect(reports, 11s, 10s).winner->worker == worker_id{0, 0});
  REQUIRE(elect(reports, 11s + 1ns, 10s).winner->worker == worker_id{0, 1});
}

TEST_CASE("nobody is elected where nobody reports") {
  const auto result = elect({}, 0s, 1s);
  REQUIRE_FALSE(result.winner);
  REQUIRE(result.reason == "nobody can lead");
}
