#pragma once

#include "compute/cpu/convolution_choice.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/weighted_operation.hpp"

#include <memory>
#include <vector>

namespace paceline::cpu {

/// A convolution whose algorithms are chosen: the layouts that they agree on, and what makes their parts.
struct chosen_convolution {
  std::vector<onednn::weighted_primitives> by_onednn;
  /// Passes of one of our own algorithms.
  pass_set own;
  convolution_algorithm own_by = convolution_algorithm::filtering;
  std::int64_t input_block = 0;
  std::int64_t output_block = 0;
};

/// Throws invalid_input where it cannot be computed so, and logic_error where the choice mixes algorithms of different layouts.
chosen_convolution prepare_convolution(const dnnl::engine& engine, const convolution_task& task,
                                       const convolution_choice& choice);

/// Where a layer's parameters lie in the flat vector; no bias where the layer has none.
struct weighted_slices {
  parameter_slice weight;
  std::optional<parameter_slice> bias;

  const parameter_slice* bias_or_null() const { return bias ? &*bias : nullptr; }
};

/// Requires: the activations lie in the blocks of `chosen`, and outlive the parts.
std::vector<std::unique_ptr<weighted_part>> make_parts(executor& runs_on, const chosen_convolution& chosen,
                                                       const layer& l, const convolution_layer& what,
                                                       const weighted_slices& slices, const activation& input,
                                                       const activation& output);

} // namespace paceline::cpu
