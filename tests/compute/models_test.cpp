#include "compute/models.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <algorithm>

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

TEST_CASE("the paper's other networks have as many parameters as their PyTorch modules") {
  REQUIRE(make_resnet20({3, 28, 28}, 10).parameters().trained_size() == 269722);
  REQUIRE(make_resnet20({3, 32, 32}, 10).parameters().trained_size() == 269722);
  REQUIRE(make_vgg16({3, 32, 32}, 10).parameters().trained_size() == 15253578);
  REQUIRE(make_resnet50({3, 224, 224}, 1000).parameters().trained_size() == 25557032);
}

TEST_CASE("residual networks name their parameters, then their buffers, in the order of PyTorch's modules") {
  const auto names = [](const model& m) {
    std::vector<std::string> all;
    for (const auto& slice : m.parameters().slices())
      all.push_back(slice.name);
    return all;
  };
  const auto small = names(make_resnet20({3, 28, 28}, 10));
  REQUIRE(std::vector(small.begin(), small.begin() + 6)
          == std::vector<std::string>{"conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight",
                                      "layer1.0.bn1.weight", "layer1.0.bn1.bias"});
  // 19 convolutions and as many batch norms, and the linear layer; each batch norm has two buffers.
  constexpr std::size_t parameters = 19 + 2 * 19 + 2;
  REQUIRE(small.size() == parameters + 2 * 19);
  REQUIRE(small[parameters - 1] == "linear.bias");
  REQUIRE(small[parameters] == "bn1.running_mean");
  REQUIRE(small[parameters + 1] == "bn1.running_var");
  REQUIRE(small.back() == "layer3.2.bn2.running_var");

  const auto large = names(make_resnet50({3, 64, 64}, 10));
  const auto found = std::find(large.begin(), large.end(), "layer1.0.bn3.bias");
  REQUIRE(std::vector(found + 1, found + 4)
          == std::vector<std::string>{"layer1.0.downsample.0.weight", "layer1.0.downsample.1.weight",
                                      "layer1.0.downsample.1.bias"});
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
  const auto* known = "model: \"cnn8\" is not known, allowed are cnn7, resnet20, vgg16, resnet50, mlp, linear";
  REQUIRE_THROWS_WITH(make_model("cnn8", {3, 28, 28}, 10), known);
  REQUIRE_THROWS_WITH(usual_input("cnn8"), known);
}

TEST_CASE("cnn7 is refused on pictures that its kernels do not fit") {
  REQUIRE_THROWS_AS(make_model("cnn7", {3, 16, 16}, 10), invalid_input);
}
