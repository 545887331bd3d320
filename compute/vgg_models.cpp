#include "compute/models.hpp"

#include <array>
#include <string>

namespace paceline {

// Simonyan and Zisserman 2014, configuration D with batch norm; named as torchvision's features and, behind them, the classifier of
// two hidden layers of 512 that is usual for pictures of 32x32.
model make_vgg16(feature_shape input, std::int64_t classes) {
  constexpr std::int64_t pool = 0;
  constexpr std::array<std::int64_t, 18> stages{64,   64,  pool, 128, 128,  pool, 256, 256, 256,
                                                pool, 512, 512,  512, pool, 512,  512, 512, pool};
  model m("vgg16", input);
  int place = 0;
  const auto features = [&] { return "features." + std::to_string(place++); };
  for (const auto channels : stages) {
    if (channels == pool) {
      m.append(features(), max_pool_layer{.kernel = 2});
      continue;
    }
    m.append(features(), convolution_layer{.channels = channels, .kernel = 3, .padding = 1});
    m.append(features(), batch_norm_layer{});
    m.append(features(), relu_layer{});
  }
  m.append("", flatten_layer{});
  m.append("classifier.0", dropout_layer{});
  m.append("classifier.1", linear_layer{.features = 512});
  m.append("classifier.2", relu_layer{});
  m.append("classifier.3", dropout_layer{});
  m.append("classifier.4", linear_layer{.features = 512});
  m.append("classifier.5", relu_layer{});
  m.append("classifier.6", linear_layer{.features = classes});
  return m;
}

} // namespace paceline
