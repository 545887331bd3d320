#include "cluster/bench/coordinator_bench.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

namespace {

coordinator_bench_result result_of_three_nodes() {
  return {{{.node = "n000", .seconds = 10, .link_seconds = 0.05, .actor_seconds = 0.05, .reports = 10},
           {.node = "n001",
            .holds_seat = true,
            .seconds = 10,
            .link_seconds = 0.2,
            .actor_seconds = 0.15,
            .reports = 10,
            .counted_a_second = 2.9},
           {.node = "n002", .seconds = 10, .link_seconds = 0.15, .actor_seconds = 0.05, .reports = 10}}};
}

} // namespace

TEST_CASE("the seat costs what its node takes beyond another one") {
  const auto costs = costs_of(result_of_three_nodes());
  REQUIRE(costs.holder == Approx(0.035));
  REQUIRE(costs.other == Approx(0.015));
  REQUIRE(costs.seat() == Approx(0.02));
}

TEST_CASE("the coordinator's costs are two lines that a person reads") {
  REQUIRE(
    to_text({.nodes = 3, .workers = 1, .seconds = 10}, result_of_three_nodes())
    == "3 workers on 3 nodes over ipc, 3 loss reports/s, 3 counted by the global leader: the seat costs 2.00 % of a "
       "core\n"
       "beside the workers' threads its node takes 3.50 % (link 2.00, actors 1.50), another node 1.50 % (link 1.00, "
       "actors 0.50; medians of 2), over 10 s");
}

TEST_CASE("what a node measures survives its way to the benchmark, and anything else is nothing") {
  const auto finding = result_of_three_nodes().nodes[1];
  const auto line = to_json(finding).dump();
  const auto read = coordinator_finding_from_json(line);
  REQUIRE(read.has_value());
  REQUIRE(to_json(*read) == to_json(finding));
  for (const auto* other : {"", "{}", "[1]", "paceline: no", R"({"node":1})"})
    REQUIRE_FALSE(coordinator_finding_from_json(other));
}

TEST_CASE("all nodes of the coordinator's benchmark are of one run that decides every four seconds") {
  const auto config = coordinator_config({.bench = {.nodes = 10, .workers = 100}, .node = 3, .run = "r"});
  REQUIRE(config.nodes.size() == 10);
  REQUIRE(config.workers() == 1000);
  REQUIRE(config.strategy.period_group == 4);
  REQUIRE(config.strategy.period_global == 4);
}
