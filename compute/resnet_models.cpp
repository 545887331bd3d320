#include "compute/models.hpp"

#include <array>
#include <string>

// Residual networks (He et al. 2015), named as the PyTorch modules that people compare with.

namespace paceline {

namespace {

/// Puts blocks behind each other; each name is that of what was put last.
class resnet_builder {
 public:
  explicit resnet_builder(model& m) : m_(m) {}

  void convolution(const std::string& name, const convolution_layer& what, const std::string& from = {}) {
    m_.append(name, what, {.from = from});
  }

  void norm(const std::string& name) { m_.append(name, batch_norm_layer{}); }
  void relu(const std::string& name = {}) { m_.append(name, relu_layer{}); }

  /// The sum of what was put last and `with`, rectified; it takes the block's name.
  void join(const std::string& block, const std::string& with) {
    m_.append(block + ".sum", add_layer{}, {.with = with});
    relu(block);
  }

  std::int64_t channels() const { return m_.output().channels; }

 private:
  model& m_;
};

convolution_layer convolution(std::int64_t channels, std::int64_t kernel, std::int64_t stride = 1) {
  return {.channels = channels, .kernel = kernel, .stride = stride, .padding = kernel / 2, .bias = false};
}

/// Two 3x3 convolutions beside a shortcut without parameters.
void append_basic_block(model& m, const std::string& name, const std::string& input, std::int64_t channels,
                        std::int64_t stride) {
  resnet_builder add(m);
  const bool same_shape = stride == 1 && add.channels() == channels;
  // First, so that the sum comes right behind a norm, which can do its work.
  if (!same_shape)
    m.append(name + ".shortcut", shortcut_layer{.channels = channels, .stride = stride}, {.from = input});
  add.convolution(name + ".conv1", convolution(channels, 3, stride), input);
  add.norm(name + ".bn1");
  add.relu();
  add.convolution(name + ".conv2", convolution(channels, 3));
  add.norm(name + ".bn2");
  add.join(name, same_shape ? input : name + ".shortcut");
}

/// 1x1, 3x3 and 1x1 convolutions beside the identity, or a 1x1 convolution where the shape changes (torchvision's Bottleneck).
void append_bottleneck(model& m, const std::string& name, const std::string& input, std::int64_t width,
                       std::int64_t stride) {
  constexpr std::int64_t expansion = 4;
  resnet_builder add(m);
  const bool same_shape = stride == 1 && add.channels() == expansion * width;
  add.convolution(name + ".conv1", convolution(width, 1));
  add.norm(name + ".bn1");
  add.relu();
  add.convolution(name + ".conv2", convolution(width, 3, stride));
  add.norm(name + ".bn2");
  add.relu();
  add.convolution(name + ".conv3", convolution(expansion * width, 1));
  add.norm(name + ".bn3");
  if (same_shape)
    return add.join(name, input);
  add.convolution(name + ".downsample.0", convolution(expansion * width, 1, stride), input);
  add.norm(name + ".downsample.1");
  add.join(name, name + ".bn3");
}

struct stage {
  std::int64_t width;
  int blocks;
  std::int64_t stride;
};

template <std::size_t Count, class AppendBlock>
void append_stages(model& m, std::string input, const std::array<stage, Count>& stages, AppendBlock append_block) {
  for (std::size_t s = 0; s < Count; ++s)
    for (int block = 0; block < stages[s].blocks; ++block) {
      const auto name = "layer" + std::to_string(s + 1) + "." + std::to_string(block);
      append_block(m, name, input, stages[s].width, block == 0 ? stages[s].stride : 1);
      input = name;
    }
}

void append_head(model& m, const std::string& name, std::int64_t classes) {
  m.append("avgpool", average_pool_layer{});
  m.append("", flatten_layer{});
  m.append(name, linear_layer{.features = classes});
}

} // namespace

model make_resnet20(feature_shape input, std::int64_t classes) {
  model m("resnet20", input);
  m.append("conv1", convolution(16, 3));
  m.append("bn1", batch_norm_layer{});
  m.append("relu", relu_layer{});
  append_stages(m, "relu", std::array<stage, 3>{{{16, 3, 1}, {32, 3, 2}, {64, 3, 2}}}, append_basic_block);
  append_head(m, "linear", classes);
  return m;
}

model make_resnet50(feature_shape input, std::int64_t classes) {
  model m("resnet50", input);
  m.append("conv1", convolution(64, 7, 2));
  m.append("bn1", batch_norm_layer{});
  m.append("relu", relu_layer{});
  m.append("maxpool", max_pool_layer{.kernel = 3, .stride = 2, .padding = 1});
  append_stages(m, "maxpool", std::array<stage, 4>{{{64, 3, 1}, {128, 4, 2}, {256, 6, 2}, {512, 3, 2}}},
                append_bottleneck);
  append_head(m, "fc", classes);
  return m;
}

} // namespace paceline
