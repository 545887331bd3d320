#include "compute/layer_cost.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

model small() {
  model m("m", {3, 6, 6});
  m.append("c", convolution_layer{.channels = 4, .kernel = 3});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 10});
  return m;
}

} // namespace

TEST_CASE("operations are two a multiply-add of the definition") {
  const auto m = small();
  REQUIRE(forward_cost(m.layers(), 1).operations == 2.0 * (4 * 4 * 4 * 27 + 16 * 10));
  REQUIRE(forward_cost(m.layers(), 5).operations == 5 * 2.0 * (4 * 4 * 4 * 27 + 16 * 10));
}

TEST_CASE("the way back takes as many operations for the weights' gradient, and once more as many for the input's") {
  const auto m = small();
  const auto c = m.layers().first(1);
  REQUIRE(backward_cost(c, 2, true).operations == 2 * forward_cost(c, 2).operations);
  REQUIRE(backward_cost(c, 2, false).operations == forward_cost(c, 2).operations);
}

TEST_CASE("the input's gradient is needed where something behind it is trained") {
  model m("m", {3, 6, 6});
  m.append("", flatten_layer{});
  m.append("fc1", linear_layer{.features = 8});
  m.append("", relu_layer{});
  m.append("fc2", linear_layer{.features = 8});
  m.append("", add_layer{}, {.from = "fc2", .with = "fc1"});
  const auto layers = m.layers();
  const bool expected[] = {false, false, true, true, true};
  for (std::size_t i = 0; i < layers.size(); ++i)
    REQUIRE(needs_input_gradient(layers, layers[i]) == expected[i]);
}

TEST_CASE("layers that are computed as one read and write nothing between them") {
  const auto m = small();
  const auto fused = m.layers().first(3);
  REQUIRE(forward_cost(fused, 2).bytes == 4.0 * (2 * 3 * 36 + 4 * 27 + 2 * 4 * 4));
  REQUIRE(backward_cost(fused, 2, false).bytes == 4.0 * (2 * 4 * 4 + 2 * 3 * 36 + 4 * 27));
  REQUIRE(backward_cost(fused, 2, true).bytes == 4.0 * (2 * 4 * 4 + 2 * (2 * 3 * 36 + 4 * 27)));
}

TEST_CASE("a layer without weights costs memory alone, an add of two inputs") {
  model m("m", {4, 2, 2});
  m.append("a", batch_norm_layer{});
  m.append("b", relu_layer{});
  m.append("c", add_layer{}, {.from = "b", .with = "a"});
  const auto layers = m.layers();
  REQUIRE(forward_cost(layers.subspan(1, 1), 3).operations == 0);
  REQUIRE(forward_cost(layers.subspan(1, 1), 3).bytes == 4.0 * 3 * 2 * 16);
  REQUIRE(backward_cost(layers.subspan(1, 1), 3, true).bytes == 4.0 * 3 * 2 * 16);
  REQUIRE(forward_cost(layers.subspan(2, 1), 3).bytes == 4.0 * 3 * 3 * 16);
  REQUIRE(forward_cost(layers.subspan(1, 2), 3).bytes == 4.0 * 3 * 3 * 16);
  // A batch norm's gradients need its input.
  REQUIRE(backward_cost(layers.subspan(0, 1), 3, true).bytes == 4.0 * 3 * 3 * 16);
}
