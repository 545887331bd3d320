#include "cluster/bench/scaling_bench.hpp"

#include "compute/affinity.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("how workers scale is a line that a person reads") {
  const scaling_bench_result result{
    .rate_alone = 26.1, .rate_together = 49.8, .ratio = 1.91, .ratios = {1.88, 1.93, 1.91}};
  REQUIRE(
    to_text({.turns = 3}, result)
    == "cnn7 batch 128: 1 worker 26.10 steps/s, 2 workers 49.80 steps/s: 1.91 times one (median of 3 turns; 1.88 to "
       "1.93)");
}

TEST_CASE("how workers scale is measured on as many cores, and told to programs") {
  const auto workers = std::min<std::size_t>(2, usable_cores().size());
  const scaling_bench_settings settings{
    .model = "mlp", .workers = workers, .batch_size = 4, .turns = 3, .phase_seconds = 0.05};
  const auto result = run_scaling_bench(settings);
  REQUIRE(result.rate_alone > 0);
  REQUIRE(result.rate_together > 0);
  REQUIRE(result.ratios.size() == 3);
  const auto object = to_json(settings, result);
  REQUIRE(object["benchmark"] == "scaling");
  REQUIRE(object["ratio"] == result.ratio);
}

TEST_CASE("more workers than cores, or ones of a model that nobody knows, cannot be measured") {
  REQUIRE_THROWS_AS(run_scaling_bench({.workers = usable_cores().size() + 1}), invalid_input);
  REQUIRE_THROWS_AS(run_scaling_bench({.model = "cnn8", .workers = 1}), invalid_input);
}
