#include "cluster/bench/step_bench.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("a step's time is a line that a person reads") {
  step_bench_result result{
    .device = "cpu", .seconds_a_step = 0.1123, .fastest_seconds = 0.11, .samples_per_second = 1140.2};
  REQUIRE(to_text(step_bench_settings{}, result)
          == "cnn7 fp32 1 thread batch 128: 112.3 ms a step (median of 20), 1140 samples/s");
  REQUIRE(
    to_text({.precision = product_precision::bf16}, result)
    == "cnn7 fp32 (no instructions for bf16 here) 1 thread batch 128: 112.3 ms a step (median of 20), 1140 samples/s");
  result.precision = product_precision::bf16;
  REQUIRE(to_text({.precision = product_precision::bf16}, result)
          == "cnn7 bf16 1 thread batch 128: 112.3 ms a step (median of 20), 1140 samples/s");
  result.precision = product_precision::fp32;
  REQUIRE(to_text({.model = "mlp", .batch_size = 8, .threads = 2, .steps = 5}, result)
          == "mlp fp32 2 threads batch 8: 112.3 ms a step (median of 5), 1140 samples/s");
  result.device = "cuda:0";
  result.precision = product_precision::tf32;
  REQUIRE(to_text({.device = "auto", .precision = product_precision::tf32}, result)
          == "cnn7 tf32 cuda:0 batch 128: 112.3 ms a step (median of 20), 1140 samples/s");
}

TEST_CASE("a step's time is measured and told to programs") {
  const step_bench_settings settings{.model = "mlp", .batch_size = 4, .steps = 3};
  const auto result = run_step_bench(settings);
  REQUIRE(result.fastest_seconds > 0);
  REQUIRE(result.seconds_a_step >= result.fastest_seconds);
  REQUIRE(result.samples_per_second == Approx(4 / result.seconds_a_step));
  REQUIRE(to_json(settings, result)
          == nlohmann::json{{"benchmark", "step"},
                            {"model", "mlp"},
                            {"device", "cpu"},
                            {"precision", "fp32"},
                            {"threads", 1},
                            {"batch_size", 4},
                            {"steps", 3},
                            {"seconds_a_step", result.seconds_a_step},
                            {"fastest_seconds", result.fastest_seconds},
                            {"samples_per_second", result.samples_per_second}});
}

TEST_CASE("layers are timed beside the limits of the machine") {
  const step_bench_settings settings{.model = "mlp", .batch_size = 4, .steps = 3, .layers = true};
  const auto result = run_step_bench(settings);
  REQUIRE(result.limits.operations_per_second > 0);
  REQUIRE(result.limits.bytes_per_second > 0);
  REQUIRE(result.layers.size() >= 3);
  double sum = 0;
  for (const auto& row : result.layers)
    sum += row.forward.seconds + row.backward.seconds;
  REQUIRE(sum > 0);
  REQUIRE(to_json(settings, result)["layers"]["rows"].size() == result.layers.size());
  REQUIRE_THROWS_AS(run_step_bench({.model = "mlp", .threads = 2, .layers = true}), invalid_input);
}

TEST_CASE(
  "what cannot be timed is refused: a model that nobody knows, a device that is not there, a GPU's numbers on a CPU") {
  REQUIRE_THROWS_AS(run_step_bench({.model = "cnn8"}), invalid_input);
  REQUIRE_THROWS_AS(run_step_bench({.model = "mlp", .device = "cuda:77"}), invalid_input);
  REQUIRE_THROWS_AS(run_step_bench({.model = "mlp", .device = "gpu"}), invalid_input);
  REQUIRE_THROWS_AS(run_step_bench({.model = "mlp", .precision = product_precision::tf32}), invalid_input);
  REQUIRE_THROWS_AS(run_step_bench({.model = "mlp", .device = "reference", .precision = product_precision::bf16}),
                    invalid_input);
  REQUIRE_THROWS_AS(
    run_step_bench({.model = "linear", .batch_size = 1, .device = "reference", .steps = 1, .layers = true}),
    invalid_input);
}
