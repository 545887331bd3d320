#include "cluster/bench/exchange_bench.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("the cost of exchange is three lines that a person reads") {
  const exchange_bench_result result{.device = "cpu",
                                     .rate_on = 19.8,
                                     .rate_off = 20,
                                     .ratio = 0.99,
                                     .ratio_error = 0.004,
                                     .ratios = {0.98, 1.01, 0.99},
                                     .processor_ratio = 0.995,
                                     .processor_ratio_error = 0.002,
                                     .steps = 1000,
                                     .pulls = 60,
                                     .waited_for_messages_seconds = 0,
                                     .waited_for_data_seconds = 0.25};
  REQUIRE(
    to_text({.turns = 3}, result)
    == "cnn7 tau 16, 1x2 workers: 19.80 steps/s with exchange, 20.00 without: 99.0 ± 0.4 % (median of 3 turns and "
       "its standard error; 98.0 to 101.0)\nsteps a second of processor time: 99.5 ± 0.2 %\n1000 steps, 60 pulls; "
       "waited for messages: 0 s, for data: 0.250 s");
}

TEST_CASE("the cost of exchange says on what device and in what precision it was, where that is not the CPU's fp32") {
  REQUIRE_THAT(to_text({.precision = product_precision::tf32},
                       {.device = "cuda:0", .precision = product_precision::tf32, .ratios = {1}}),
               Catch::Matchers::StartsWith("cnn7 tau 16, 1x2 workers on cuda:0 in tf32: "));
}

TEST_CASE("the cost of exchange is measured with pulls and without waiting, and told to programs") {
  exchange_bench_settings settings{
    .model = "mlp", .tau = 2, .workers = 2, .batch_size = 4, .turns = 2, .phase_seconds = 0.1};
  auto result = run_exchange_bench(settings);
  // On a busy machine a phase may be too short for a decision.
  while (result.pulls == 0 && settings.phase_seconds < 10) {
    settings.phase_seconds *= 3;
    result = run_exchange_bench(settings);
  }
  const auto object = to_json(settings, result);
  REQUIRE(object["benchmark"] == "exchange");
  REQUIRE(object["model"] == "mlp");
  REQUIRE(object["ratios"].size() == 2);
  REQUIRE(object["processor_ratio"].get<double>() > 0);
  REQUIRE(object["rate_on"].get<double>() > 0);
  REQUIRE(object["rate_off"].get<double>() > 0);
  REQUIRE(object["pulls"].get<int>() > 0);
  REQUIRE(object["steps"].get<int>() > object["pulls"].get<int>());
  REQUIRE(object["waited_for_messages_seconds"] == 0);
}

TEST_CASE("workers of a model or on a device that nobody knows cannot be compared") {
  REQUIRE_THROWS_AS(run_exchange_bench({.model = "cnn8"}), invalid_input);
  REQUIRE_THROWS_AS(run_exchange_bench({.device = "gpu"}), invalid_input);
  REQUIRE_THROWS_AS(run_exchange_bench({.precision = product_precision::tf32}), invalid_input);
}
