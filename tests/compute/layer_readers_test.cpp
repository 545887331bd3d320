#include "compute/layer_readers.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("a layer does the work of a relu right behind it that nobody else reads past") {
  model m("m", {4, 6, 6});
  m.append("norm", batch_norm_layer{});
  m.append("relu", relu_layer{});
  m.append("twice", batch_norm_layer{});
  m.append("relu2", relu_layer{});
  m.append("sum", add_layer{}, {.with = "twice"});
  m.append("relu3", relu_layer{});
  m.append("pool", average_pool_layer{});
  m.append("relu4", relu_layer{});
  const layer_readers readers(m);
  const bool expected[] = {true, false, false, false, true, false, false, false};
  for (std::size_t i = 0; i < m.layers().size(); ++i)
    REQUIRE(readers.can_rectify(i) == expected[i]);
  REQUIRE(readers.count(0) == 1);
  REQUIRE(readers.count(3) == 2);
  REQUIRE(readers.count(8) == 0);
}

TEST_CASE("a layer is summed with the other place of an add right behind it that alone reads it") {
  model m("m", {4, 6, 6});
  m.append("a", batch_norm_layer{});
  m.append("b", batch_norm_layer{});
  m.append("sum1", add_layer{}, {.with = "a"});
  m.append("c", batch_norm_layer{});
  m.append("sum2", add_layer{}, {.from = "sum1", .with = "c"});
  m.append("d", batch_norm_layer{});
  m.append("sum3", add_layer{}, {.with = "d"});
  const layer_readers readers(m);
  REQUIRE_FALSE(readers.summed_with(0));
  REQUIRE(readers.summed_with(1) == 1u);
  REQUIRE(readers.count(3) == 2);
  REQUIRE_FALSE(readers.summed_with(2));
  REQUIRE(readers.summed_with(3) == 3u);
  // It reads both of its places from the same layer.
  REQUIRE_FALSE(readers.summed_with(5));
  REQUIRE_FALSE(readers.summed_with(6));
}

TEST_CASE("a layer is quartered by a max-pool of 2x2 behind it alone, and only where nothing is left over") {
  const auto quartered = [](feature_shape input, const max_pool_layer& pool) {
    model m("m", input);
    m.append("norm", batch_norm_layer{});
    m.append("pool", pool);
    return layer_readers(m).is_quartered(0);
  };
  REQUIRE(quartered({4, 6, 8}, {.kernel = 2}));
  REQUIRE_FALSE(quartered({4, 7, 8}, {.kernel = 2}));
  REQUIRE_FALSE(quartered({4, 6, 7}, {.kernel = 2}));
  REQUIRE_FALSE(quartered({4, 6, 6}, {.kernel = 3}));
  REQUIRE_FALSE(quartered({4, 6, 6}, {.kernel = 2, .stride = 1}));
  REQUIRE_FALSE(quartered({4, 6, 6}, {.kernel = 2, .stride = 2, .padding = 1}));
}
