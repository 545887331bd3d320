#include "cluster/bench/pull_bench.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("a pull's time is a line that a person reads") {
  const pull_bench_result result{
    .pull = 1e-4, .step = 2e-4, .step_and_pull = 2.5e-4, .step_and_two_pulls = 3e-4, .copy = 5e-5};
  REQUIRE(to_text({.parameters = 1'000'000, .repeats = 7}, result)
          == "pull of 1000000 parameters: 100.0 µs alone (120.0 GB/s; memcpy 160.0 GB/s); optimiser step 200.0 µs, "
             "with one pull 250.0 µs, with two 300.0 µs (medians of 7)");
}

TEST_CASE("a pull's time is measured and told to programs") {
  const pull_bench_settings settings{.parameters = 10'000, .repeats = 3};
  const auto object = to_json(settings, run_pull_bench(settings));
  REQUIRE(object["benchmark"] == "pull");
  REQUIRE(object["parameters"] == 10'000);
  REQUIRE(object["repeats"] == 3);
  for (const auto* key :
       {"pull_seconds", "step_seconds", "step_and_pull_seconds", "step_and_two_pulls_seconds", "copy_seconds"})
    REQUIRE(object.at(key).get<double>() > 0);
}
