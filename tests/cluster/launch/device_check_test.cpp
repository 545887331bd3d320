#include "cluster/launch/device_check.hpp"

#include "compute/devices.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

// No machine has so many.
constexpr const char* missing_gpu = "cuda:999";

run_config with_nodes() {
  run_config config;
  config.nodes = {{.name = "a", .device = missing_gpu}, {.name = "b"}};
  return config;
}

} // namespace

TEST_CASE("a GPU that is not here is refused with the key that asks for it") {
  run_config config;
  REQUIRE_NOTHROW(require_devices(config));
  config.device.backend = "auto";
  REQUIRE_NOTHROW(require_devices(config));
  config.device.backend = missing_gpu;
  REQUIRE_THROWS_WITH(require_devices(config),
                      ContainsSubstring("device.backend: found \"cuda:999\", which cannot be used here: ")
                        && ContainsSubstring("allowed: \"cpu\", \"auto\", or a GPU"));
  REQUIRE_THROWS_WITH(require_devices(with_nodes()), ContainsSubstring("device of node a: found \"cuda:999\""));
}

TEST_CASE("the GPUs of other hosts, and one that every node overrides, are not looked for here") {
  auto config = with_nodes();
  config.nodes[0].host = "far";
  REQUIRE_NOTHROW(require_devices(config));
  config.device.backend = missing_gpu;
  config.nodes[1].device = "cpu";
  REQUIRE_NOTHROW(require_devices(config));
}

TEST_CASE("a file is looked at as the first process of this machine goes by it") {
  auto config = with_nodes();
  REQUIRE(as_run_here(config).device.backend == missing_gpu);
  config.nodes[0].host = "far";
  REQUIRE(as_run_here(config).device.backend == "cpu");
  config.device.backend = missing_gpu;
  config.nodes[1].host = "far";
  REQUIRE(as_run_here(config).device.backend == "cpu");
}
