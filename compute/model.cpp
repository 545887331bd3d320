#include "compute/model.hpp"

#include "compute/counter_random.hpp"
#include "compute/errors.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace paceline {

namespace {

std::string describe(feature_shape shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

/// Works out one layer: what it puts out, its parameters, and all that can be wrong with it.
class layer_builder {
 public:
  /// `other`: what an add_layer adds.
  layer_builder(std::string where, feature_shape input, feature_shape other)
    : where_(std::move(where)), input_(input), other_(other) {}

  feature_shape operator()(const convolution_layer& l) const {
    require_positive("channels", l.channels);
    require_positive("kernel", l.kernel);
    require_positive("stride", l.stride);
    require_padding(l.padding, l.kernel - 1, l.kernel);
    return {l.channels, windows(input_.height, l.kernel, l.stride, l.padding),
            windows(input_.width, l.kernel, l.stride, l.padding)};
  }

  feature_shape operator()(const linear_layer& l) const {
    require_positive("features", l.features);
    if (input_.height != 1 || input_.width != 1)
      fail("its input is " + describe(input_) + ", allowed is a flat one (put a flatten layer before it)");
    return {l.features, 1, 1};
  }

  feature_shape operator()(const relu_layer&) const { return input_; }

  feature_shape operator()(const max_pool_layer& l) const {
    require_positive("kernel", l.kernel);
    require_positive("stride", l.stride);
    require_padding(l.padding, l.kernel / 2, l.kernel);
    return {input_.channels, windows(input_.height, l.kernel, l.stride, l.padding),
            windows(input_.width, l.kernel, l.stride, l.padding)};
  }

  feature_shape operator()(const average_pool_layer& l) const {
    if (l.kernel == 0)
      return {input_.channels, 1, 1};
    require_positive("kernel", l.kernel);
    require_positive("stride", l.stride);
    return {input_.channels, windows(input_.height, l.kernel, l.stride, 0),
            windows(input_.width, l.kernel, l.stride, 0)};
  }

  feature_shape operator()(const batch_norm_layer& l) const {
    if (!(l.momentum >= 0 && l.momentum <= 1))
      fail("momentum is " + std::to_string(l.momentum) + ", allowed is 0 to 1");
    if (!(l.epsilon > 0))
      fail("epsilon is " + std::to_string(l.epsilon) + ", allowed is above 0");
    return input_;
  }

  feature_shape operator()(const add_layer&) const {
    if (other_ != input_)
      fail("it adds " + describe(other_) + " to " + describe(input_) + ", allowed are equal shapes");
    return input_;
  }

  feature_shape operator()(const shortcut_layer& l) const {
    require_positive("stride", l.stride);
    if (l.channels < input_.channels || (l.channels - input_.channels) % 2 != 0)
      fail("channels are " + std::to_string(l.channels) + ", allowed is " + std::to_string(input_.channels)
           + " or more by an even number");
    return {l.channels, windows(input_.height, 1, l.stride, 0), windows(input_.width, 1, l.stride, 0)};
  }

  feature_shape operator()(const dropout_layer& l) const {
    if (!(l.probability >= 0 && l.probability < 1))
      fail("probability is " + std::to_string(l.probability) + ", allowed is 0 to below 1");
    return input_;
  }

  feature_shape operator()(const flatten_layer&) const { return {input_.size(), 1, 1}; }

  /// Counts are products in double, which 64 bits may not hold.
  void require_at_most(double most, const char* of_what, double count) const {
    if (count <= most)
      return;
    char text[96];
    std::snprintf(text, sizeof text, "%.4g %s, allowed are at most %.4g", count, of_what, most);
    fail(text);
  }

  [[noreturn]] void fail(const std::string& what) const { throw invalid_input(where_ + ": " + what); }

 private:
  void require_positive(const char* field, std::int64_t value) const {
    if (value < 1)
      fail(std::string(field) + " is " + std::to_string(value) + ", allowed is 1 or more");
  }

  void require_padding(std::int64_t padding, std::int64_t most, std::int64_t kernel) const {
    if (padding < 0 || padding > most)
      fail("padding is " + std::to_string(padding) + ", allowed is 0 to " + std::to_string(most) + " with a kernel of "
           + std::to_string(kernel));
  }

  std::int64_t windows(std::int64_t extent, std::int64_t kernel, std::int64_t stride, std::int64_t padding) const {
    const auto padded = extent + 2 * padding;
    if (kernel > padded)
      fail("kernel is " + std::to_string(kernel) + ", allowed is at most " + std::to_string(padded) + " on an input of "
           + describe(input_));
    return (padded - kernel) / stride + 1;
  }

  std::string where_;
  feature_shape input_;
  feature_shape other_;
};

/// Shape of the weights of a convolution or linear layer; empty for others.
std::vector<std::int64_t> weight_shape(const layer& l) {
  if (const auto* convolution = std::get_if<convolution_layer>(&l.kind))
    return {convolution->channels, l.input.channels, convolution->kernel, convolution->kernel};
  if (const auto* linear = std::get_if<linear_layer>(&l.kind))
    return {linear->features, l.input.channels};
  return {};
}

double product(const std::vector<std::int64_t>& extents) {
  return std::accumulate(extents.begin(), extents.end(), 1.0,
                         [](double so_far, std::int64_t extent) { return so_far * static_cast<double>(extent); });
}

bool has_bias(const layer& l) {
  const auto* convolution = std::get_if<convolution_layer>(&l.kind);
  return convolution != nullptr ? convolution->bias : std::holds_alternative<linear_layer>(l.kind);
}

bool normalises(const layer& l) {
  return std::holds_alternative<batch_norm_layer>(l.kind);
}

/// Inputs that one output value of a convolution or linear layer is made from.
double fan_in(const layer& l) {
  const auto weights = weight_shape(l);
  return product(weights) / static_cast<double>(weights.front());
}

/// Fills in what 0 stands for.
void complete(layer_kind& kind) {
  if (auto* pool = std::get_if<max_pool_layer>(&kind); pool != nullptr && pool->stride == 0)
    pool->stride = pool->kernel;
  if (auto* pool = std::get_if<average_pool_layer>(&kind); pool != nullptr && pool->stride == 0)
    pool->stride = pool->kernel;
}

} // namespace

model::model(std::string name, feature_shape input) : name_(std::move(name)), input_(input) {
  if (input.channels < 1 || input.height < 1 || input.width < 1)
    throw invalid_input("model " + name_ + ": input is " + describe(input) + ", allowed are extents of 1 or more");
}

void model::append(std::string name, layer_kind kind, const layer_sources& sources) {
  complete(kind);
  const auto place = "model " + name_ + ", layer " + std::to_string(layers_.size() + 1);
  const auto where = name.empty() ? place : place + " (" + name + ")";
  const auto find = [&](const char* key, const std::string& wanted) -> std::size_t {
    for (std::size_t i = 0; i < layers_.size(); ++i)
      if (layers_[i].name == wanted)
        return i + 1;
    if (wanted != "input")
      throw invalid_input(where + ": " + key + " is \"" + wanted
                          + "\", allowed is the name of a layer before it, or input");
    return 0;
  };
  const auto shape_at = [&](std::size_t i) { return i == 0 ? input_ : layers_[i - 1].output; };

  layer added{std::move(name), kind};
  added.from = sources.from.empty() ? layers_.size() : find("from", sources.from);
  if (std::holds_alternative<add_layer>(kind))
    added.with = find("with", sources.with);
  added.input = shape_at(added.from);
  const layer_builder builder(where, added.input, shape_at(added.with));
  added.output = std::visit(builder, kind);

  const auto weights = weight_shape(added);
  if ((!weights.empty() || normalises(added)) && added.name.empty())
    builder.fail("name is missing, needed for a layer with parameters");
  if (!added.name.empty()
      && std::any_of(layers_.begin(), layers_.end(), [&](const layer& l) { return l.name == added.name; }))
    builder.fail("name is taken, allowed is one that no other layer has");

  const auto& out = added.output;
  builder.require_at_most(most_values_of_a_sample, "values of its output for each picture",
                          product({out.channels, out.height, out.width}));
  if (!weights.empty())
    builder.require_at_most(most_parameters, "parameters of the model up to it",
                            static_cast<double>(parameters_.size()) + product(weights));
  append_parameters(added);
  layers_.push_back(std::move(added));
}

void model::append_parameters(const layer& added) {
  if (const auto weights = weight_shape(added); !weights.empty())
    parameters_.append(added.name + ".weight", weights);
  if (has_bias(added))
    parameters_.append(added.name + ".bias", {added.output.channels});
  if (!normalises(added))
    return;
  const auto channels = added.output.channels;
  parameters_.append(added.name + ".weight", {channels});
  parameters_.append(added.name + ".bias", {channels});
  parameters_.append_buffer(added.name + ".running_mean", {channels});
  parameters_.append_buffer(added.name + ".running_var", {channels});
}

void model::require_all_read() const {
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
    const bool read = std::any_of(layers_.begin(), layers_.end(), [&](const layer& l) {
      return l.from == i + 1 || (std::holds_alternative<add_layer>(l.kind) && l.with == i + 1);
    });
    if (!read)
      throw invalid_input("model " + name_ + ", layer " + std::to_string(i + 1)
                          + (layers_[i].name.empty() ? "" : " (" + layers_[i].name + ")")
                          + ": no layer reads its output, allowed is that of the last layer alone");
  }
}

void model::initialise(std::span<float> parameters, std::uint64_t seed) const {
  assert(parameters.size() == parameters_.size());
  const auto slices = parameters_.slices();
  std::size_t next = 0;
  const auto take = [&] {
    const auto& slice = slices[next++];
    return parameters.subspan(slice.offset, slice.size);
  };
  const auto draw = [&](const layer& l) {
    const auto bound = static_cast<float>(1 / std::sqrt(fan_in(l)));
    counter_random random(derive_seed(seed, next));
    for (auto& value : take())
      value = random.uniform(-bound, bound);
  };
  for (const auto& l : layers_) {
    if (!weight_shape(l).empty())
      draw(l);
    if (has_bias(l))
      draw(l);
    if (normalises(l)) {
      std::ranges::fill(take(), 1.0f);
      std::ranges::fill(take(), 0.0f);
    }
  }
  for (const auto& l : layers_)
    if (normalises(l)) {
      std::ranges::fill(take(), 0.0f);
      std::ranges::fill(take(), 1.0f);
    }
}

} // namespace paceline
