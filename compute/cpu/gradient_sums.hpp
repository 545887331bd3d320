#pragma once

#include "compute/cpu/executor.hpp"

#include <vector>

namespace paceline::cpu {

/// The kernel of that name over all channels: where `values` is given, zeroes the gradient where they are not positive;
/// then writes each channel's sum to `sums`, which becomes as long as there are channels (the filling included).
void finish_gradient(const executor& runs_on, activation_layout layout, const float* values, float* gradient,
                     std::vector<double>& sums);

} // namespace paceline::cpu
