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
  bool bias = true;
};

/// y = W x + b. Weights features x in, then bias. The input must be flat.
struct linear_layer {
  std::int64_t features = 0;
};

/// y = max(x, 0).
struct relu_layer {};

/// Maximum over square windows; a row or column that fills no window is left out (PyTorch's default), and padding never wins.
struct max_pool_layer {
  std::int64_t kernel = 0;
  /// 0 means: as the kernel.
  std::int64_t stride = 0;
  std::int64_t padding = 0;
};

/// Mean over square windows without padding.
struct average_pool_layer {
  /// 0 means: the whole picture, which need not be square then.
  std::int64_t kernel = 0;
  /// 0 means: as the kernel.
  std::int64_t stride = 0;
};

/// y = weight (x - mean) / sqrt(variance + epsilon) + bias for each channel (Ioffe and Szegedy 2015), as PyTorch's BatchNorm2d: in
/// training with mean and biased variance of the batch, which also move the running ones, r ← (1 - momentum) r +
/// momentum b with the unbiased variance; in tests with the running ones. Weights, then bias; buffers running_mean, running_var.
struct batch_norm_layer {
  double momentum = 0.1;
  double epsilon = 1e-5;
};

/// y = x + the output of another layer.
struct add_layer {};

/// The identity where a block changes its shape (He et al. 2015, option A): every stride-th row and column, and channels of zeros, as
/// many before as behind.
struct shortcut_layer {
  std::int64_t channels = 0;
  std::int64_t stride = 1;
};

/// In training each value is zeroed with `probability`, else divided by 1 - probability. Nothing happens in tests.
struct dropout_layer {
  double probability = 0.5;
};

/// {c, h, w} → {c h w, 1, 1}.
struct flatten_layer {};

using layer_kind = std::variant<convolution_layer, linear_layer, relu_layer, max_pool_layer, dropout_layer,
                                flatten_layer, average_pool_layer, batch_norm_layer, add_layer, shortcut_layer>;

/// What a layer reads: names of layers before it, "input" for the model's own input.
struct layer_sources {
  /// Empty: the layer just before it.
  std::string from;
  /// What an add_layer adds.
  std::string with;
};

/// A layer of a model with all that follows from its place in it; what 0 stands for in a pool is filled in.
struct layer {
  /// Prefix of its parameters ("conv1" owns "conv1.weight" and "conv1.bias"); may be empty where it has none.
  std::string name;
  layer_kind kind;
  /// Places of what it reads: 0 is the model's input, i + 1 the output of layer i. `with` counts for an add_layer alone.
  std::size_t from = 0;
  std::size_t with = 0;
  feature_shape input;
  feature_shape output;
};

/// No model comes near these; they keep every product of extents within 64 bits.
constexpr double most_parameters = 1e9;
constexpr double most_values_of_a_sample = 1e9;

/// A classifier: layers of which each reads the one before it, or one further back, followed by softmax cross-entropy. Describes only;
/// backends compile it to networks.
class model {
 public:
  /// An empty model for inputs of that shape.
  model(std::string name, feature_shape input);

  /// Appends a layer; its parameters and buffers are appended to the layout.
  /// Throws invalid_input where the layer does not fit what it reads (kernel larger than the input, a linear layer on an
  /// input that is not flat, two shapes that differ), reads what is not there, has a name that is missing or taken or a value that is
  /// not allowed, or makes the model too large.
  void append(std::string name, layer_kind kind, const layer_sources& sources = {});

  /// Throws invalid_input where no layer reads the output of one, the last one's apart.
  void require_all_read() const;

  /// Name of what lies at that place (layer::from); may be empty.
  std::string name_of(std::size_t place) const { return place == 0 ? "input" : layers_[place - 1].name; }

  const std::string& name() const { return name_; }
  feature_shape input() const { return input_; }
  /// Shape behind the last layer; its size is the number of classes.
  feature_shape output() const { return layers_.empty() ? input_ : layers_.back().output; }
  std::span<const layer> layers() const { return layers_; }
  const parameter_layout& parameters() const { return parameters_; }

  /// Writes a random starting point: PyTorch's default, uniform in ±1/sqrt(fan in) for weights and biases alike; a batch norm begins
  /// as the identity.
  /// Requires parameters.size() == this->parameters().size().
  void initialise(std::span<float> parameters, std::uint64_t seed) const;

 private:
  void append_parameters(const layer& added);

  std::string name_;
  feature_shape input_;
  std::vector<layer> layers_;
  parameter_layout parameters_;
};

} // namespace paceline
