#pragma once

#include "compute/cuda/device/launch.hpp"
#include "compute/cuda/device/value_type.hpp"

#include <cstdint>

namespace paceline::cuda {

/// Batch norm (Ioffe and Szegedy 2015) over rows of channels, a relu behind it included where there is one. All pointers are to device
/// memory, activations of `type`, all else fp32 and one for each channel. With x̂ = (x − mean) · inverse_deviation:
///   forward   y = weight x̂ + bias, then max(y, 0)
///   backward  d weight = Σ dy x̂, d bias = Σ dy, dx = weight · inverse_deviation (dy − d bias / n − x̂ d weight / n),
/// where dy is 0 if y is not above 0 and there is a relu.
struct norm_shape {
  value_type type = value_type::fp32;
  element rows = 0;
  element channels = 0;
  bool rectify = false;
};

/// What the forward pass of a batch keeps for the backward one.
struct norm_moments {
  float* mean = nullptr;
  float* inverse_deviation = nullptr;
};

/// A batch norm's running statistics before a batch, and where they go after it.
struct running_moments {
  const float* mean = nullptr;
  const float* variance = nullptr;
  float* next_mean = nullptr;
  float* next_variance = nullptr;
  double momentum = 0.1;
};

/// The batch's moments, and the running ones moved by them: see batch_norm_layer.
void find_moments(stream& queue, const norm_shape& shape, double epsilon, const void* input, reduction_scratch scratch,
                  const norm_moments& moments, const running_moments& running);

/// Moments for a test, from the running statistics.
void take_moments(stream& queue, std::int64_t channels, double epsilon, const float* running_mean,
                  const float* running_variance, const norm_moments& moments);

void normalise(stream& queue, const norm_shape& shape, const norm_moments& moments, const float* weight,
               const float* bias, const void* input, void* output);

/// Gradients of weight and bias. `output` is looked at only where there is a relu.
void norm_parameter_gradients(stream& queue, const norm_shape& shape, const norm_moments& moments, const void* input,
                              const void* output, const void* output_gradient, reduction_scratch scratch,
                              float* weight_gradient, float* bias_gradient);

/// Behind norm_parameter_gradients, whose results it reads. `input_gradient` may be `output_gradient`.
void norm_input_gradient(stream& queue, const norm_shape& shape, const norm_moments& moments, const float* weight,
                         const void* input, const void* output, const void* output_gradient,
                         const float* weight_gradient, const float* bias_gradient, bool accumulate,
                         void* input_gradient);

} // namespace paceline::cuda
