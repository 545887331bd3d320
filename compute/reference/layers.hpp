#pragma once

#include "compute/model.hpp"

#include <cstdint>
#include <span>

namespace paceline::reference {

/// What one layer works on in one pass. Arrays are batch x channels x height x width in double; parameters are the layer's
/// own. A backward pass overwrites `input_gradient` and the two parameter gradients.
struct layer_pass {
  const layer* what = nullptr;
  /// Place in the model, from 0.
  std::size_t index = 0;
  std::int64_t batch = 0;
  std::uint64_t dropout_seed = 0;
  /// Dropout does nothing outside training.
  bool training = false;

  std::span<const double> input;
  std::span<const double> weight;
  std::span<const double> bias;
};

void forward(const layer_pass& pass, std::span<double> output);

struct layer_gradients {
  std::span<double> input;
  std::span<double> weight;
  std::span<double> bias;
};

void backward(const layer_pass& pass, std::span<const double> output_gradient, const layer_gradients& gradients);

} // namespace paceline::reference
