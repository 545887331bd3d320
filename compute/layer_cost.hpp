#pragma once

#include "compute/model.hpp"

#include <cstdint>
#include <span>

namespace paceline {

/// The least that a way through layers takes, whatever computes it.
struct pass_cost {
  /// Multiply-adds as the definition has them, times two. Other arithmetic is not counted: it waits for memory.
  double operations = 0;
  /// Values and weights that are read or written, once each, as fp32.
  double bytes = 0;
};

/// Whether a backward pass goes on to what the layer reads: some layer behind that has parameters. `layers`: all of its model.
bool needs_input_gradient(std::span<const layer> layers, const layer& l);

// Here the layers are in a row and computed as one: what lies between them is neither written nor read. Requires at least one.

/// Reads the first one's input, what adds add to what they find, and the weights, writes the last one's output.
pass_cost forward_cost(std::span<const layer> layers, std::int64_t batch);

/// Reads the gradient of the output, and the input and the weights where they are needed; writes the gradients of the parameters
/// and, with `input_gradient`, of the input.
pass_cost backward_cost(std::span<const layer> layers, std::int64_t batch, bool input_gradient);

} // namespace paceline
