#include "cluster/bench/accuracy_bench.hpp"

#include "cluster/checkpoint/safetensors.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;

TEST_CASE("how far gradients lie from the truth is a line for each precision") {
  REQUIRE(to_text({}, {{.precision = product_precision::fp32, .whole = 4.1e-7, .worst = 9e-7, .worst_layer = "conv1"},
                       {.precision = product_precision::bf16, .whole = 2e-3, .worst = 4e-3, .worst_layer = "conv1"}})
          == "resnet20 batch 32: gradient in fp32 4.1e-07 from double precision (worst layer conv1: 9.0e-07)\n"
             "resnet20 batch 32: gradient in bf16 2.0e-03 from double precision (worst layer conv1: 4.0e-03)");
}

TEST_CASE("gradients are compared with those of double precision, and what they are of is left for others") {
  const temporary_folder folder;
  const accuracy_bench_settings settings{.model = "cnn7", .batch_size = 2, .save = folder / "a" / "b"};
  const auto errors = run_accuracy_bench(settings);
  REQUIRE(errors.size() == (cpu_multiplies_bf16() ? 2 : 1));
  REQUIRE(errors[0].precision == product_precision::fp32);
  REQUIRE(errors[0].whole > 0);
  // A relu or a window of a pool whose candidates are all but equal may go the other way.
  REQUIRE(errors[0].worst < 0.05);
  REQUIRE(errors.back().whole < 0.2);
  REQUIRE(to_json(settings, errors)["errors"].size() == errors.size());
  const safetensors_file batch(settings.save / "batch.safetensors");
  REQUIRE(batch.find("images")->shape == std::vector<std::int64_t>{2, 3, 28, 28});
  REQUIRE(batch.find("labels")->elements() == 2);
  for (const auto* file : {"parameters.safetensors", "gradient.safetensors"})
    REQUIRE(safetensors_file(settings.save / file).find("conv2.weight")->shape
            == std::vector<std::int64_t>{128, 64, 5, 5});
}

TEST_CASE("the accuracy of what is not there cannot be measured") {
  REQUIRE_THROWS_AS(run_accuracy_bench({.model = "cnn8"}), invalid_input);
  REQUIRE_THROWS_AS(run_accuracy_bench({.model = "mlp", .device = "gpu"}), invalid_input);
}
