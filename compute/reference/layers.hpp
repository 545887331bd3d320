#pragma once

#include "compute/model.hpp"

#include <cstdint>
#include <span>

namespace paceline::reference {

/// What one layer works on in one pass. Arrays are batch x channels x height x width in double; parameters and buffers are the layer's
/// own, empty where it has none.
struct layer_pass {
  const layer* what = nullptr;
  /// Place in the model, from 0.
  std::size_t index = 0;
  std::int64_t batch = 0;
  std::uint64_t dropout_seed = 0;
  /// Outside training dropout does nothing, and a batch norm uses its running mean and variance.
  bool training = false;

  std::span<const double> input;
  /// What an add_layer adds.
  std::span<const double> other;
  std::span<const double> weight;
  std::span<const double> bias;
  std::span<const double> running_mean;
  std::span<const double> running_var;
};

void forward(const layer_pass& pass, std::span<double> output);

/// What a backward pass overwrites.
struct layer_gradients {
  /// An add_layer's, of both that it reads.
  std::span<double> input;
  std::span<double> weight;
  std::span<double> bias;
  /// Not gradients, but the values after the batch.
  std::span<double> running_mean;
  std::span<double> running_var;
};

void backward(const layer_pass& pass, std::span<const double> output_gradient, const layer_gradients& gradients);

} // namespace paceline::reference
