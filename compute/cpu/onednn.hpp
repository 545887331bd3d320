#pragma once

#include "compute/cpu/activation_layout.hpp"
#include "compute/cpu/convolution_choice.hpp"
#include "compute/model.hpp"

#include <cstdint>
#include <optional>

#include <dnnl.hpp>

/// All that differs between oneDNN 2.x and 3.x is behind these functions, and nothing else creates primitives.
namespace paceline::onednn {

/// One primitive of a layer with weights and what it wants its arguments to look like.
struct weighted_pass {
  dnnl::primitive primitive;
  dnnl::memory::desc weights;
  dnnl::memory::desc scratchpad;
};

/// The primitives of a convolution or linear layer. All read and write activations and their gradients in the two layouts.
struct weighted_primitives {
  cpu::activation_layout input;
  cpu::activation_layout output;
  dnnl::memory::desc input_descriptor;
  dnnl::memory::desc output_descriptor;
  /// What the passes read: the input and the output's gradient themselves, or copies of them in less precision.
  dnnl::memory::desc input_operand;
  dnnl::memory::desc gradient_operand;
  dnnl::memory::desc canonical_weights;
  /// Empty where the layer has no bias.
  dnnl::memory::desc bias;
  /// Those passes that were asked for.
  std::optional<weighted_pass> forward;
  /// Leaves the bias's gradient to the caller.
  std::optional<weighted_pass> backward_weights;
  std::optional<weighted_pass> backward_data;
};

struct weighted_options {
  std::int64_t batch = 0;
  cpu::pass_set passes;
  /// Append a relu to the forward pass.
  bool rectify = false;
  /// One of oneDNN's, for a convolution.
  cpu::convolution_algorithm algorithm = cpu::convolution_algorithm::direct;
};

/// Requires a convolution_layer or linear_layer. Throws invalid_input where oneDNN has nothing but its slow reference code.
weighted_primitives make_weighted_primitives(const dnnl::engine& engine, const layer& l,
                                             const weighted_options& options);

/// Whether the processor multiplies numbers in bf16 itself; oneDNN imitates it, slowly, on others with AVX-512.
bool has_bf16_instructions();

/// A copy from one layout or precision to the other.
struct reorder_pass {
  dnnl::primitive primitive;
  dnnl::memory::desc scratchpad;
};

reorder_pass make_reorder(const dnnl::engine& engine, const dnnl::memory::desc& from, const dnnl::memory::desc& to);

} // namespace paceline::onednn
