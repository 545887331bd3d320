#include "cluster/preflight/exchange_advice.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

/// Steps of 100 ms; a pull and a copy of 1 ms; 10 MB over 1 GB/s, 2 ms there and back.
exchange_costs some_costs() {
  return {.seconds_a_step = 0.1,
          .seconds_a_pull = 0.001,
          .seconds_a_copy = 0.001,
          .workers_of_group = 2,
          .workers = 8,
          .nodes = 4,
          .snapshot_bytes = 1e7,
          .bytes_per_second = 1e9,
          .round_trip_seconds = 0.002};
}

} // namespace

TEST_CASE("a forecast is what its formula says") {
  const auto expected = forecast(some_costs(), {.group = 4, .global = 16});
  REQUIRE(expected.periods == exchange_periods{4, 16});
  REQUIRE(expected.worker_share == Approx((0.001 + 0.001 / 2) / 0.4 + (0.001 + 0.001 / 8) / 1.6));
  REQUIRE(expected.exchange_share == Approx(0.012 / 1.6));
  REQUIRE(expected.bytes_per_second == Approx(3 * 1e7 / 1.6));
  REQUIRE(expected.bandwidth_share == Approx(3 * 1e7 / 1.6 / 1e9));
}

TEST_CASE("without a link nothing is expected of one") {
  auto costs = some_costs();
  costs.bytes_per_second = 0;
  costs.nodes = 1;
  const auto expected = forecast(costs, {.group = 1, .global = 1});
  REQUIRE(expected.worker_share > 0);
  REQUIRE(expected.exchange_share == 0);
  REQUIRE(expected.bytes_per_second == 0);
  REQUIRE(expected.bandwidth_share == 0);
  const auto periods = recommended_periods(costs);
  REQUIRE(periods.global == periods.group);
}

TEST_CASE("the recommended periods are the smallest powers of two within the bounds") {
  // 2.6 ms in a period of tau steps: 2.6 % of one step, 1.3 % of two. 12 ms: 3 % of four steps, 1.5 % of eight.
  const auto costs = some_costs();
  const auto periods = recommended_periods(costs);
  REQUIRE(periods == exchange_periods{2, 8});
  REQUIRE(forecast(costs, {1, 1}).worker_share > most_worker_share);
  REQUIRE(forecast(costs, {2, 4}).exchange_share > most_exchange_share);
  const auto expected = forecast(costs, periods);
  REQUIRE(expected.worker_share <= most_worker_share);
  REQUIRE(expected.exchange_share <= most_exchange_share);
  REQUIRE(expected.bandwidth_share <= most_bandwidth_share);
}

TEST_CASE("a share that meets its bound exactly is small enough") {
  const exchange_costs costs{.seconds_a_step = 1, .seconds_a_pull = most_worker_share / 2};
  REQUIRE(recommended_periods(costs) == exchange_periods{1, 1});
}

TEST_CASE("many nodes are kept from filling the links, however short one exchange is") {
  auto costs = some_costs();
  costs.round_trip_seconds = 0;
  // One exchange is 1.25 % of eight steps; of a thousand nodes it fills a link by 99.9 * 10 ms / 0.8 s.
  costs.nodes = 1000;
  const auto periods = recommended_periods(costs);
  REQUIRE(periods == exchange_periods{2, 256});
  REQUIRE(forecast(costs, {2, 128}).bandwidth_share > most_bandwidth_share);
}

TEST_CASE("the global period is never below the group's") {
  auto costs = some_costs();
  costs.seconds_a_pull = 0.05;
  costs.round_trip_seconds = 0;
  costs.bytes_per_second = 1e12;
  const auto periods = recommended_periods(costs);
  REQUIRE(periods.group == 64);
  REQUIRE(periods.global == 64);
}

TEST_CASE("a link that carries next to nothing gets the longest period that a file may have") {
  auto costs = some_costs();
  costs.bytes_per_second = 1e-9;
  REQUIRE(recommended_periods(costs).global == std::uint64_t{1} << 29);
}
