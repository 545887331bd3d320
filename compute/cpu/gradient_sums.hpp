#pragma once

#include "compute/cpu/executor.hpp"
#include "compute/cpu/operation.hpp"
#include "compute/parameter_layout.hpp"

#include <optional>
#include <span>
#include <vector>

namespace paceline::cpu {

/// The kernel of that name over all channels: where `values` is given, zeroes the gradient where they are not positive;
/// then writes each channel's sum to `sums`, which becomes as long as there are channels (the filling included).
void finish_gradient(const executor& runs_on, activation_layout layout, const float* values, float* gradient,
                     std::vector<double>& sums);

/// What a layer with weights does before its own backward pass: finishes its output's gradient, where its reader has not and something is
/// to be done, and writes the bias's part of `parameter_gradient`. `layout`: of the output as the layer makes it.
void finish_and_take_bias_gradient(const executor& runs_on, const activation_layout& layout, activation& output,
                                   const std::optional<parameter_slice>& bias, std::span<float> parameter_gradient);

} // namespace paceline::cpu
