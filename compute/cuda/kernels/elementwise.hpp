#pragma once

#include "compute/cuda/device/launch.hpp"
#include "compute/cuda/device/value_type.hpp"
#include "compute/model.hpp"

#include <cstdint>

namespace paceline::cuda {

// All pointers are to device memory, activations of `type` and channels last. Gradients are added to what is there with
// `accumulate`, else they overwrite it; `to` may be where they are read from.

/// values[row][column] += bias[column], then max(., 0) with `rectify`.
void add_bias(stream& queue, value_type type, void* values, const float* bias, std::int64_t rows, std::int64_t columns,
              bool rectify);

/// sums[column] = Σ over rows of values[row][column]: a bias's gradient.
void sum_rows(stream& queue, value_type type, const void* values, std::int64_t rows, std::int64_t columns,
              reduction_scratch scratch, float* sums);

/// to = max(from, 0).
void rectify(stream& queue, value_type type, std::int64_t count, const void* from, void* to);

/// to = left + right, then max(., 0) with `rectify`.
void add(stream& queue, value_type type, std::int64_t count, const void* left, const void* right, bool rectify,
         void* to);

/// to (+)= gradient; where there is an `output`, only where that is above 0 (the gradient through a relu).
void pass_gradient(stream& queue, value_type type, std::int64_t count, const void* output, const void* gradient,
                   bool accumulate, void* to);

struct dropout_shape {
  std::int64_t batch = 0;
  feature_shape sample;
  /// The layer's place in its model, from 0.
  std::size_t layer = 0;
  double probability = 0;
};

/// to (+)= from, zeroed or scaled by the mask of dropout_mask.hpp; the seed is read on the device, so that a recorded launch has a new
/// one each time. The gradient's way is the same.
void drop_out(stream& queue, value_type type, const dropout_shape& shape, const std::uint64_t* seed, const void* from,
              bool accumulate, void* to);

struct shortcut_shape {
  std::int64_t batch = 0;
  feature_shape input;
  feature_shape output;
  std::int64_t stride = 1;
};

/// See shortcut_layer.
void shortcut(stream& queue, value_type type, const shortcut_shape& shape, const void* input, void* output);
void shortcut_gradient(stream& queue, value_type type, const shortcut_shape& shape, const void* output_gradient,
                       bool accumulate, void* input_gradient);

} // namespace paceline::cuda
