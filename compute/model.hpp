#pragma once

#include "compute/parameter_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace paceline {

/// Extent of one sample between two layers: channels x height x width; a flat vector is {features, 1, 1}.
struct feature_shape {
  std::int64_t channels = 0;
  std::int64_t height = 1;
  std::int64_t width = 1;

  std::int64_t size() const { return channels * height * width; }
  friend bool operator==(const feature_shape&, const feature_shape&) = default;
};

/// y = w * x + b, cross-correlation as in PyTorch's Conv2d. Weights channels x in x kernel x kernel, then bias.
struct convolution_layer {
  std::int64_t channels = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

/// y = W x + b. Weights features x in, then bias. The input must be flat.
struct linear_layer {
  std::int64_t features = 0;
};

/// y = max(x, 0).
struct relu_layer {};

/// Maximum over square windows without padding; a row or column that fills no window is left out (PyTorch's default).
struct max_pool_layer {
  std::int64_t kernel = 0;
  /// 0 means: as the kernel.
  std::int64_t stride = 0;
};

/// In training each value is zeroed with `probability`, else divided by 1 - probability. Nothing happens in tests.
struct dropout_layer {
  double probability = 0.5;
};

/// {c, h, w} → {c h w, 1, 1}.
struct flatten_layer {};

using layer_kind =
  std::variant<convolution_layer, linear_layer, relu_layer, max_pool_layer, dropout_layer, flatten_layer>;

/// A layer of a model with all that follows from its place in it; a max-pool's stride is filled in.
struct layer {
  /// Prefix of its parameters ("conv1" owns "conv1.weight" and "conv1.bias"); may be empty where it has none.
  std::string name;
  layer_kind kind;
  feature_shape input;
  feature_shape output;
};

/// No model comes near these; they keep every product of extents within 64 bits.
constexpr double most_parameters = 1e9;
constexpr double most_values_of_a_sample = 1e9;

/// A classifier as a chain of layers, followed by softmax cross-entropy. Describes only; backends compile it to networks.
class model {
 public:
  /// An empty model for inputs of that shape.
  model(std::string name, feature_shape input);

  /// Appends a layer; a convolution or linear layer's parameters are appended to the layout.
  /// Throws invalid_input where the layer does not fit what comes before (kernel larger than the input, a linear layer on an
  /// input that is not flat, a name that is missing or taken, a probability outside [0, 1)), or makes the model too large.
  void append(std::string name, layer_kind kind);

  const std::string& name() const { return name_; }
  feature_shape input() const { return input_; }
  /// Shape behind the last layer; its size is the number of classes.
  feature_shape output() const { return layers_.empty() ? input_ : layers_.back().output; }
  std::span<const layer> layers() const { return layers_; }
  const parameter_layout& parameters() const { return parameters_; }

  /// Multiply-adds of one sample's forward pass, times two.
  double forward_flops() const;

  /// Writes a random starting point: PyTorch's default, uniform in ±1/sqrt(fan in) for weights and biases alike.
  /// Requires parameters.size() == this->parameters().size().
  void initialise(std::span<float> parameters, std::uint64_t seed) const;

 private:
  std::string name_;
  feature_shape input_;
  std::vector<layer> layers_;
  parameter_layout parameters_;
};

} // namespace paceline
