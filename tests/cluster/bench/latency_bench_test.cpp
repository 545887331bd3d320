#include "cluster/bench/latency_bench.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("the latency of pulls is a line a way that a person reads") {
  const latency_bench_result result{{{.name = "in one process",
                                      .step_seconds = 0.01,
                                      .changes = 40,
                                      .pulls = 119,
                                      .missed = 1,
                                      .from_decision = {0.9, 1.5},
                                      .from_crossing = {8, 14.25}}}};
  REQUIRE(
    to_text({}, result)
    == "from a loss crossing to the pull, 4 workers, tau 16, steps of 10 ms; in steps, p50 (p90):\n"
       "  in one process: 0.90 (1.50) from the report that decides, 8.0 (14.2) from the new leader's first report; "
       "40 changes, 119 pulls, 1 missed");
}

TEST_CASE("the latency of pulls is measured in one process and between two nodes, and told to programs") {
  const latency_bench_settings settings{.workers = 4, .tau = 4, .step_milliseconds = 20, .changes = 6};
  const auto object = to_json(settings, run_latency_bench(settings));
  REQUIRE(object["benchmark"] == "latency");
  REQUIRE(object["ways"].size() == 2);
  for (const auto& way : object["ways"]) {
    REQUIRE(way.at("changes").get<int>() >= 1);
    REQUIRE(way.at("pulls").get<int>() >= 1);
    REQUIRE(way.at("step_seconds").get<double>() >= 0.018);
    // The pull comes behind what it is counted from.
    const auto p50 = [&](const char* of) { return way.at(of).at("p50").template get<double>(); };
    REQUIRE(p50("steps_from_decision") > 0);
    REQUIRE(p50("steps_from_crossing") >= p50("steps_from_decision"));
  }
}
