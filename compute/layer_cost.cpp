#include "compute/layer_cost.hpp"

#include <cassert>
#include <variant>

namespace paceline {

namespace {

double weights_of(const layer& l) {
  if (const auto* c = std::get_if<convolution_layer>(&l.kind))
    return static_cast<double>(l.output.channels * l.input.channels * c->kernel * c->kernel);
  if (std::holds_alternative<linear_layer>(l.kind))
    return static_cast<double>(l.output.channels * l.input.channels);
  return 0;
}

bool has_parameters(const layer& l) {
  return weights_of(l) > 0 || std::holds_alternative<batch_norm_layer>(l.kind);
}

/// What the layers have in common, way forward and back.
struct extent {
  /// One multiply-add for each weight and place of the output.
  double operations = 0;
  double weights = 0;
  double input = 0;
  double output = 0;
  bool has_parameters = false;
};

extent extent_of(std::span<const layer> layers, std::int64_t batch) {
  assert(!layers.empty());
  const auto samples = static_cast<double>(batch);
  extent sum{.input = samples * static_cast<double>(layers.front().input.size()),
             .output = samples * static_cast<double>(layers.back().output.size())};
  for (const auto& l : layers) {
    const auto places = samples * static_cast<double>(l.output.height * l.output.width);
    sum.operations += 2 * places * weights_of(l);
    sum.weights += weights_of(l);
    sum.has_parameters = sum.has_parameters || has_parameters(l);
  }
  return sum;
}

pass_cost cost_of(double operations, double values) {
  return {operations, static_cast<double>(sizeof(float)) * values};
}

} // namespace

bool needs_input_gradient(std::span<const layer> layers, const layer& l) {
  const auto is_trained = [&](std::size_t place) {
    return place > 0 && (has_parameters(layers[place - 1]) || needs_input_gradient(layers, layers[place - 1]));
  };
  return is_trained(l.from) || (std::holds_alternative<add_layer>(l.kind) && is_trained(l.with));
}

pass_cost forward_cost(std::span<const layer> layers, std::int64_t batch) {
  const auto all = extent_of(layers, batch);
  auto read = all.input;
  for (const auto& l : layers)
    if (std::holds_alternative<add_layer>(l.kind))
      read += static_cast<double>(batch * l.input.size());
  return cost_of(all.operations, read + all.weights + all.output);
}

pass_cost backward_cost(std::span<const layer> layers, std::int64_t batch, bool input_gradient) {
  const auto all = extent_of(layers, batch);
  const auto of_parameters = all.has_parameters ? 1 : 0;
  const auto of_input = input_gradient ? 1 : 0;
  // The input is read for the parameters' gradient, the weights for the input's.
  return cost_of((of_parameters + of_input) * all.operations,
                 all.output + (of_parameters + of_input) * (all.input + all.weights));
}

} // namespace paceline
