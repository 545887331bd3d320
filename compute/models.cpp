#include "compute/models.hpp"

#include "compute/errors.hpp"

#include <array>
#include <string>

namespace paceline {

namespace {

struct builder {
  std::string_view name;
  model (*make)(feature_shape input, std::int64_t classes);
  /// Pixels of the usual input.
  std::int64_t side;
};

constexpr std::array builders{builder{"cnn7", make_cnn7, 28},   builder{"resnet20", make_resnet20, 28},
                              builder{"vgg16", make_vgg16, 32}, builder{"resnet50", make_resnet50, 224},
                              builder{"mlp", make_mlp, 28},     builder{"linear", make_linear, 28}};

constexpr auto names = [] {
  std::array<std::string_view, builders.size()> result;
  for (std::size_t i = 0; i < builders.size(); ++i)
    result[i] = builders[i].name;
  return result;
}();

const builder& builder_of(std::string_view name) {
  for (const auto& b : builders)
    if (b.name == name)
      return b;
  std::string known;
  for (const auto n : names)
    known += (known.empty() ? "" : ", ") + std::string(n);
  throw invalid_input("model: \"" + std::string(name) + "\" is not known, allowed are " + known);
}

} // namespace

model make_cnn7(feature_shape input, std::int64_t classes) {
  model m("cnn7", input);
  m.append("conv1", convolution_layer{.channels = 64, .kernel = 5});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("conv2", convolution_layer{.channels = 128, .kernel = 5});
  m.append("", relu_layer{});
  m.append("", max_pool_layer{.kernel = 2});
  m.append("conv3", convolution_layer{.channels = 64, .kernel = 3});
  m.append("", relu_layer{});
  m.append("", flatten_layer{});
  m.append("fc1", linear_layer{.features = 256});
  m.append("", dropout_layer{.probability = 0.5});
  m.append("fc2", linear_layer{.features = classes});
  return m;
}

model make_mlp(feature_shape input, std::int64_t classes) {
  model m("mlp", input);
  m.append("", flatten_layer{});
  m.append("fc1", linear_layer{.features = 256});
  m.append("", relu_layer{});
  m.append("fc2", linear_layer{.features = 256});
  m.append("", relu_layer{});
  m.append("fc3", linear_layer{.features = classes});
  return m;
}

model make_linear(feature_shape input, std::int64_t classes) {
  model m("linear", input);
  m.append("", flatten_layer{});
  m.append("fc1", linear_layer{.features = classes});
  return m;
}

std::span<const std::string_view> model_names() {
  return names;
}

feature_shape usual_input(std::string_view name) {
  const auto side = builder_of(name).side;
  return {3, side, side};
}

model make_model(std::string_view name, feature_shape input, std::int64_t classes) {
  return builder_of(name).make(input, classes);
}

} // namespace paceline
