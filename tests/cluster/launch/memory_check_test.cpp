#include "cluster/launch/memory_check.hpp"

#include "compute/backend.hpp"
#include "compute/models.hpp"
#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("what needs more memory than there is is refused with how much, for what and how much there is") {
  constexpr double gib = 1024.0 * 1024 * 1024;
  REQUIRE_NOTHROW(require_memory(2 * gib, "pictures", 2 * gib));
  REQUIRE_THROWS_WITH(require_memory(3 * gib, "pictures", 2 * gib),
                      "out of memory: needs 3.0 GiB for pictures, this machine gives 2.0 GiB");
}

TEST_CASE("this machine has some memory and not endless") {
  REQUIRE(usable_memory_bytes() > 1e6);
  REQUIRE(usable_memory_bytes() < 1e15);
}

TEST_CASE("tests come in batches of no more pictures than there are, and of fewer where those are large") {
  const auto small = make_model("cnn7", {3, 28, 28}, 10);
  REQUIRE(test_batch_of(small, 10000) == 200);
  REQUIRE(test_batch_of(small, 30) == 30);
  const auto large = make_model("resnet50", {3, 224, 224}, 10);
  REQUIRE(test_batch_of(large, 10000) < 100);
  REQUIRE(test_batch_of(large, 10000) > 10);
  REQUIRE(test_batch_of(make_model("linear", {3, 5000, 5000}, 10), 10000) == 1);
}

TEST_CASE("workers need at least what the backend takes for one, each") {
  const auto network = make_model("cnn7", {3, 28, 28}, 10);
  const auto compiled = make_cpu_backend()->compile(network, {.batch_size = 16});
  const auto vectors = 2.0 * sizeof(float) * static_cast<double>(network.parameters().size());
  const auto least = least_training_bytes(network, 16, 2, 1);
  REQUIRE(least <= static_cast<double>(compiled->memory_bytes()) + vectors);
  REQUIRE(least > vectors);
  REQUIRE(least_training_bytes(network, 16, 2, 5) == 5 * least);
  const auto tested = make_cpu_backend()->compile(network, {.batch_size = 16, .training = false});
  REQUIRE(least_test_bytes(network, 16) <= static_cast<double>(tested->memory_bytes()) + vectors / 2);
}

TEST_CASE("what a convolution makes for a max-pool alone may never be there") {
  model network("m", {3, 32, 32});
  network.append("thin", convolution_layer{.channels = 16, .kernel = 3, .padding = 1});
  network.append("wide", convolution_layer{.channels = 64, .kernel = 5, .padding = 2});
  network.append("", relu_layer{});
  network.append("", max_pool_layer{.kernel = 2});
  network.append("", flatten_layer{});
  network.append("head", linear_layer{.features = 10});
  const auto tested = make_cpu_backend()->compile(network, {.batch_size = 16, .training = false});
  REQUIRE(least_test_bytes(network, 16)
          <= static_cast<double>(tested->memory_bytes() + network.parameters().size() * sizeof(float)));
}
