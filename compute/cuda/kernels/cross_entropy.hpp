#pragma once

#include "compute/cuda/device/launch.hpp"
#include "compute/cuda/device/value_type.hpp"

#include <cstdint>

namespace paceline::cuda {

/// The mean softmax cross-entropy of rows x classes scores, to `loss`, and its gradient (softmax − one-hot) / rows, to `gradient`,
/// which is of `type` as the scores are. `row_losses` is scratch for a float a row. All pointers are to device memory. NaN scores give a
/// NaN loss.
void cross_entropy(stream& queue, value_type type, std::int64_t rows, std::int64_t classes, const void* scores,
                   const std::int32_t* labels, void* gradient, float* row_losses, reduction_scratch scratch,
                   double* loss);

} // namespace paceline::cuda
