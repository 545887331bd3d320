#include "compute/models.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("cnn7 has the paper's 351946 parameters at 3x28x28, under the names of a PyTorch user") {
  const auto m = make_cnn7({3, 28, 28}, 10);
  REQUIRE(m.parameters().size() == 351946);
  REQUIRE(m.output() == feature_shape{10, 1, 1});
  std::vector<std::string> names;
  for (const auto& slice : m.parameters().slices())
    names.push_back(slice.name);
  REQUIRE(names
          == std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "conv3.weight",
                                      "conv3.bias", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"});
}

TEST_CASE("no relu stands between cnn7's two linear layers") {
  const auto m = make_cnn7({3, 28, 28}, 10);
  const auto layers = m.layers();
  REQUIRE(layers[layers.size() - 3].name == "fc1");
  REQUIRE(std::get<dropout_layer>(layers[layers.size() - 2].kind).probability == 0.5);
  REQUIRE(layers[layers.size() - 1].name == "fc2");
}

TEST_CASE("every known name makes a model of that name with as many outputs as classes") {
  for (const auto name : model_names()) {
    const auto m = make_model(name, {3, 32, 32}, 7);
    REQUIRE(m.name() == name);
    REQUIRE(m.output() == feature_shape{7, 1, 1});
  }
}

TEST_CASE("an unknown model name is refused with the list of known ones") {
  REQUIRE_THROWS_WITH(make_model("cnn8", {3, 28, 28}, 10),
                      "model: \"cnn8\" is not known, allowed are cnn7, mlp, linear");
}

TEST_CASE("cnn7 is refused on pictures that its kernels do not fit") {
  REQUIRE_THROWS_AS(make_model("cnn7", {3, 16, 16}, 10), invalid_input);
}
