#include "compute/model.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace paceline;

namespace {

std::string error_of(feature_shape input, const layer_kind& kind, const std::string& name = "one") {
  model m("m", input);
  try {
    m.append(name, kind);
  } catch (const invalid_input& e) {
    return e.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("a convolution's output follows PyTorch's formula") {
  model m("m", {3, 11, 8});
  m.append("c", convolution_layer{.channels = 5, .kernel = 3, .stride = 2, .padding = 1});
  REQUIRE(m.output() == feature_shape{5, 6, 4});
  REQUIRE(m.parameters().find("c.weight")->shape == std::vector<std::int64_t>{5, 3, 3, 3});
  REQUIRE(m.parameters().find("c.bias")->shape == std::vector<std::int64_t>{5});
}

TEST_CASE("a max-pool leaves out what fills no window, and strides by its kernel where nothing else is said") {
  model m("m", {4, 7, 8});
  m.append("", max_pool_layer{.kernel = 3});
  REQUIRE(m.output() == feature_shape{4, 2, 2});
  REQUIRE(std::get<max_pool_layer>(m.layers()[0].kind).stride == 3);
  m.append("", max_pool_layer{.kernel = 2, .stride = 1});
  REQUIRE(m.output() == feature_shape{4, 1, 1});
}

TEST_CASE("a layer reads the one before it, or the one that it names") {
  model m("m", {2, 4, 4});
  m.append("a", convolution_layer{.channels = 2, .kernel = 1});
  m.append("b", convolution_layer{.channels = 6, .kernel = 3, .stride = 2, .padding = 1});
  m.append("c", shortcut_layer{.channels = 6, .stride = 2}, {.from = "a"});
  m.append("d", add_layer{}, {.with = "b"});
  m.append("e", max_pool_layer{.kernel = 3, .stride = 1, .padding = 1}, {.from = "input"});
  const auto layers = m.layers();
  REQUIRE(layers[1].from == 1);
  REQUIRE(layers[2].from == 1);
  REQUIRE(layers[2].output == feature_shape{6, 2, 2});
  REQUIRE(layers[3].from == 3);
  REQUIRE(layers[3].with == 2);
  REQUIRE(layers[4].from == 0);
  REQUIRE(layers[4].output == feature_shape{2, 4, 4});
  REQUIRE(m.name_of(0) == "input");
  REQUIRE(m.name_of(2) == "b");
  REQUIRE_THROWS_WITH(m.require_all_read(), "model m, layer 4 (d): no layer reads its output, allowed is that of the "
                                            "last layer alone");
}

TEST_CASE("what a layer reads has to be there and to fit") {
  model m("m", {2, 4, 4});
  m.append("a", convolution_layer{.channels = 3, .kernel = 1});
  REQUIRE_THROWS_WITH(m.append("b", relu_layer{}, {.from = "x"}),
                      "model m, layer 2 (b): from is \"x\", allowed is the name of a layer before it, or input");
  REQUIRE_THROWS_WITH(m.append("b", add_layer{}),
                      "model m, layer 2 (b): with is \"\", allowed is the name of a layer before it, or input");
  REQUIRE_THROWS_WITH(m.append("b", add_layer{}, {.with = "input"}),
                      "model m, layer 2 (b): it adds 2x4x4 to 3x4x4, allowed are equal shapes");
  REQUIRE_THROWS_WITH(m.append("b", shortcut_layer{.channels = 4}),
                      "model m, layer 2 (b): channels are 4, allowed is 3 or more by an even number");
  REQUIRE_THROWS_WITH(m.append("b", max_pool_layer{.kernel = 3, .padding = 2}),
                      "model m, layer 2 (b): padding is 2, allowed is 0 to 1 with a kernel of 3");
  REQUIRE_THROWS_WITH(m.append("", batch_norm_layer{}),
                      "model m, layer 2: name is missing, needed for a layer with parameters");
}

TEST_CASE("a batch norm begins as the identity and has buffers behind all parameters") {
  model m("m", {2, 4, 4});
  m.append("bn", batch_norm_layer{});
  m.append("c", convolution_layer{.channels = 1, .kernel = 4, .bias = false});
  REQUIRE(m.parameters().trained_size() == 4 + 32);
  std::vector<float> start(m.parameters().size(), 7.0f);
  m.initialise(start, 1);
  REQUIRE(std::vector(start.begin(), start.begin() + 4) == std::vector<float>{1, 1, 0, 0});
  REQUIRE(std::vector(start.end() - 4, start.end()) == std::vector<float>{0, 0, 1, 1});
  REQUIRE(std::all_of(start.begin() + 4, start.end() - 4, [](float w) { return std::abs(w) < 0.2f && w != 0; }));
}

TEST_CASE("a linear layer takes a flattened input") {
  model m("m", {2, 3, 4});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 5});
  REQUIRE(m.output() == feature_shape{5, 1, 1});
  REQUIRE(m.parameters().find("fc.weight")->shape == std::vector<std::int64_t>{5, 24});
}

TEST_CASE("a layer that does not fit is refused in one line that says where, what and what is allowed") {
  REQUIRE(error_of({3, 4, 4}, convolution_layer{.channels = 8, .kernel = 5})
          == "model m, layer 1 (one): kernel is 5, allowed is at most 4 on an input of 3x4x4");
  REQUIRE(error_of({3, 4, 4}, linear_layer{.features = 8})
          == "model m, layer 1 (one): its input is 3x4x4, allowed is a flat one (put a flatten layer before it)");
  REQUIRE(error_of({3, 1, 1}, linear_layer{.features = 0})
          == "model m, layer 1 (one): features is 0, allowed is 1 or more");
  REQUIRE(error_of({3, 4, 4}, max_pool_layer{.kernel = 5})
          == "model m, layer 1 (one): kernel is 5, allowed is at most 4 on an input of 3x4x4");
  REQUIRE(error_of({3, 4, 4}, convolution_layer{.channels = 8, .kernel = 3, .padding = 3})
          == "model m, layer 1 (one): padding is 3, allowed is 0 to 2 with a kernel of 3");
  REQUIRE(error_of({3, 4, 4}, dropout_layer{.probability = 1})
          == "model m, layer 1 (one): probability is 1.000000, allowed is 0 to below 1");
  REQUIRE(error_of({3, 1, 1}, linear_layer{.features = 2}, "")
          == "model m, layer 1: name is missing, needed for a layer with parameters");
}

TEST_CASE("a model that no memory could hold is refused with its size") {
  REQUIRE(error_of({65536, 1, 1}, linear_layer{.features = 65536})
          == "model m, layer 1 (one): 4.295e+09 parameters of the model up to it, allowed are at most 1e+09");
  REQUIRE(error_of({3, 2000, 2000}, convolution_layer{.channels = 65536, .kernel = 1})
          == "model m, layer 1 (one): 2.621e+11 values of its output for each picture, allowed are at most 1e+09");
  // Products that 64 bits do not hold.
  REQUIRE(error_of({1'000'000'000, 1, 1}, convolution_layer{.channels = 65536, .kernel = 65535, .padding = 65534})
            .find("2.815e+14 values")
          != std::string::npos);
  REQUIRE(error_of({16, 1, 1}, linear_layer{.features = 65536}) == "no error");
}

TEST_CASE("a name can be given once only") {
  model m("m", {4, 1, 1});
  m.append("fc", linear_layer{.features = 4});
  REQUIRE_THROWS_AS(m.append("fc", linear_layer{.features = 4}), invalid_input);
  REQUIRE(m.layers().size() == 1);
  REQUIRE(m.parameters().slices().size() == 2);
}

TEST_CASE("a random start fills the interval of one over the root of the fan-in, for weights and biases alike") {
  model m("m", {3, 8, 8});
  m.append("c", convolution_layer{.channels = 64, .kernel = 5});
  std::vector<float> start(m.parameters().size());
  m.initialise(start, 7);
  const auto bound = static_cast<float>(1 / std::sqrt(75.0));
  for (const auto& slice : m.parameters().slices()) {
    const auto values = std::span(start).subspan(slice.offset, slice.size);
    const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
    REQUIRE(*lowest >= -bound);
    REQUIRE(*highest <= bound);
    REQUIRE(*highest - *lowest > 1.8f * bound);
  }
}

TEST_CASE("equal seeds start at equal points and others do not") {
  model m("m", {16, 1, 1});
  m.append("fc", linear_layer{.features = 8});
  std::vector<float> a(m.parameters().size()), b(a), c(a);
  m.initialise(a, 1);
  m.initialise(b, 1);
  m.initialise(c, 2);
  REQUIRE(a == b);
  REQUIRE(a != c);
}
