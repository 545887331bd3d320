#pragma once

#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"
#include "compute/model.hpp"

#include <cstdint>

namespace paceline::cuda {

/// A pool over square windows. All pointers are to device memory, activations of `type` and channels last.
struct pool_shape {
  std::int64_t batch = 0;
  feature_shape input;
  feature_shape output;
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

/// Places of a window of which a byte can say which one won.
constexpr std::int64_t most_places_of_a_max_pool = 256;

/// Writes the highest of each window, the first of equal ones in reading order, and which place of the window it had.
/// Requires: at most most_places_of_a_max_pool places.
void max_pool(stream& queue, value_type type, const pool_shape& shape, const void* input, void* output,
              std::uint8_t* winners);

/// Each input value gathers what its windows gave it: no order of additions is left to chance.
void max_pool_gradient(stream& queue, value_type type, const pool_shape& shape, const void* output_gradient,
                       const std::uint8_t* winners, bool accumulate, void* input_gradient);

/// Means without padding.
void average_pool(stream& queue, value_type type, const pool_shape& shape, const void* input, void* output);
void average_pool_gradient(stream& queue, value_type type, const pool_shape& shape, const void* output_gradient,
                           bool accumulate, void* input_gradient);

} // namespace paceline::cuda
