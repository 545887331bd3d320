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
  layer_builder(std::string where, feature_shape input) : where_(std::move(where)), input_(input) {}

  feature_shape operator()(const convolution_layer& l) const {
    require_positive("channels", l.channels);
    require_positive("kernel", l.kernel);
    require_positive("stride", l.stride);
    if (l.padding < 0 || l.padding >= l.kernel)
      fail("padding is " + std::to_string(l.padding) + ", allowed is 0 to " + std::to_string(l.kernel - 1)
           + " with a kernel of " + std::to_string(l.kernel));
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
    return {input_.channels, windows(input_.height, l.kernel, l.stride, 0),
            windows(input_.width, l.kernel, l.stride, 0)};
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

  std::int64_t windows(std::int64_t extent, std::int64_t kernel, std::int64_t stride, std::int64_t padding) const {
    const auto padded = extent + 2 * padding;
    if (kernel > padded)
      fail("kernel is " + std::to_string(kernel) + ", allowed is at most " + std::to_string(padded) + " on an input of "
           + describe(input_));
    return (padded - kernel) / stride + 1;
  }

  std::string where_;
  feature_shape input_;
};

/// Shape of the weights; empty for layers that have none.
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

/// Inputs that one output value of a layer with parameters is made from.
std::int64_t fan_in(const parameter_slice& weight) {
  return static_cast<std::int64_t>(weight.size) / weight.shape.front();
}

} // namespace

model::model(std::string name, feature_shape input) : name_(std::move(name)), input_(input) {
  if (input.channels < 1 || input.height < 1 || input.width < 1)
    throw invalid_input("model " + name_ + ": input is " + describe(input) + ", allowed are extents of 1 or more");
}

void model::append(std::string name, layer_kind kind) {
  if (auto* pool = std::get_if<max_pool_layer>(&kind); pool != nullptr && pool->stride == 0)
    pool->stride = pool->kernel;

  const auto place = "model " + name_ + ", layer " + std::to_string(layers_.size() + 1);
  const layer_builder builder(name.empty() ? place : place + " (" + name + ")", output());
  layer added{std::move(name), kind, output(), std::visit(builder, kind)};
  const auto weights = weight_shape(added);
  if (!weights.empty() && added.name.empty())
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

  if (!weights.empty()) {
    parameters_.append(added.name + ".weight", weights);
    parameters_.append(added.name + ".bias", {weights.front()});
  }
  layers_.push_back(std::move(added));
}

double model::forward_flops() const {
  double sum = 0;
  for (const auto& l : layers_) {
    if (weight_shape(l).empty())
      continue;
    const auto* weight = parameters_.find(l.name + ".weight");
    sum += 2.0 * static_cast<double>(l.output.size()) * static_cast<double>(fan_in(*weight));
  }
  return sum;
}

void model::initialise(std::span<float> parameters, std::uint64_t seed) const {
  assert(parameters.size() == parameters_.size());
  // Slices come in pairs, and a bias has the bound of its weight.
  const auto slices = parameters_.slices();
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const auto bound = static_cast<float>(1 / std::sqrt(static_cast<double>(fan_in(slices[i - i % 2]))));
    counter_random random(derive_seed(seed, i));
    for (auto& value : parameters.subspan(slices[i].offset, slices[i].size))
      value = random.uniform(-bound, bound);
  }
}

} // namespace paceline
