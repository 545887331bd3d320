#include "compute/cuda/kernels/batch_norm.hpp"

#include <cmath>

namespace paceline::cuda {

namespace kernels {

/// Sums of x − x₀ and its square, x₀ being the channel's first value: near the mean, so that nothing cancels out.
template <class T>
struct shifted_powers {
  const T* input;
  element channels;
  PACELINE_ON_DEVICE std::array<float, 2> operator()(element row, element channel) const {
    const auto away = to_float(input[row * channels + channel]) - to_float(input[channel]);
    return {away, away * away};
  }
};

template <class T>
struct finish_moments {
  const T* input;
  double rows;
  double epsilon;
  norm_moments moments;
  running_moments running;
  PACELINE_ON_DEVICE void operator()(element channel, const std::array<double, 2>& sums) const {
    const auto away = sums[0] / rows;
    const auto mean = static_cast<double>(to_float(input[channel])) + away;
    const auto square = sums[1] / rows - away * away;
    const auto variance = square > 0 ? square : square != square ? square : 0;
    moments.mean[channel] = static_cast<float>(mean);
    moments.inverse_deviation[channel] = static_cast<float>(1 / sqrt(variance + epsilon));
    const auto unbiased = rows > 1 ? variance * rows / (rows - 1) : variance;
    running.next_mean[channel] =
      static_cast<float>((1 - running.momentum) * static_cast<double>(running.mean[channel]) + running.momentum * mean);
    running.next_variance[channel] = static_cast<float>(
      (1 - running.momentum) * static_cast<double>(running.variance[channel]) + running.momentum * unbiased);
  }
};

struct take_one {
  double epsilon;
  const float* mean;
  const float* variance;
  norm_moments moments;
  PACELINE_ON_DEVICE void operator()(element channel) const {
    moments.mean[channel] = mean[channel];
    moments.inverse_deviation[channel] = static_cast<float>(1 / sqrt(static_cast<double>(variance[channel]) + epsilon));
  }
};

template <class T>
struct normalise_one {
  norm_shape shape;
  norm_moments moments;
  const float* weight;
  const float* bias;
  const T* input;
  T* output;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto c = i % shape.channels;
    const auto normal = (to_float(input[i]) - moments.mean[c]) * moments.inverse_deviation[c];
    const auto y = weight[c] * normal + bias[c];
    store(output[i], shape.rectify && y < 0 ? 0 : y);
  }
};

/// What comes through the relu.
template <class T>
PACELINE_ON_DEVICE float passed(const norm_shape& shape, const T* output, const T* gradient, element i) {
  return shape.rectify && !(to_float(output[i]) > 0) ? 0 : to_float(gradient[i]);
}

template <class T>
struct gradient_products {
  norm_shape shape;
  norm_moments moments;
  const T* input;
  const T* output;
  const T* gradient;
  PACELINE_ON_DEVICE std::array<float, 2> operator()(element row, element c) const {
    const auto i = row * shape.channels + c;
    const auto dy = passed(shape, output, gradient, i);
    return {dy * ((to_float(input[i]) - moments.mean[c]) * moments.inverse_deviation[c]), dy};
  }
};

struct keep_gradients {
  float* weight_gradient;
  float* bias_gradient;
  PACELINE_ON_DEVICE void operator()(element channel, const std::array<double, 2>& sums) const {
    weight_gradient[channel] = static_cast<float>(sums[0]);
    bias_gradient[channel] = static_cast<float>(sums[1]);
  }
};

template <class T>
struct input_gradient_of_one {
  norm_shape shape;
  norm_moments moments;
  const float* weight;
  const T* input;
  const T* output;
  const T* gradient;
  const float* weight_gradient;
  const float* bias_gradient;
  bool accumulate;
  T* to;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto c = i % shape.channels;
    const auto share = 1 / static_cast<float>(shape.rows);
    const auto normal = (to_float(input[i]) - moments.mean[c]) * moments.inverse_deviation[c];
    const auto away =
      passed(shape, output, gradient, i) - share * bias_gradient[c] - normal * (share * weight_gradient[c]);
    const auto value = weight[c] * moments.inverse_deviation[c] * away;
    store_or_add(to[i], value, accumulate);
  }
};

} // namespace kernels

void find_moments(stream& queue, const norm_shape& shape, double epsilon, const void* input, reduction_scratch scratch,
                  const norm_moments& moments, const running_moments& running) {
  with_type(shape.type, [&](auto value) {
    using T = decltype(value);
    const auto* values = static_cast<const T*>(input);
    const kernels::finish_moments<T> finish{values, static_cast<double>(shape.rows), epsilon, moments, running};
    sum_columns<2>(queue, shape.rows, shape.channels, scratch, kernels::shifted_powers<T>{values, shape.channels},
                   finish);
  });
}

void take_moments(stream& queue, std::int64_t channels, double epsilon, const float* running_mean,
                  const float* running_variance, const norm_moments& moments) {
  for_each(queue, channels, kernels::take_one{epsilon, running_mean, running_variance, moments});
}

void normalise(stream& queue, const norm_shape& shape, const norm_moments& moments, const float* weight,
               const float* bias, const void* input, void* output) {
  with_type(shape.type, [&](auto value) {
    using T = decltype(value);
    const kernels::normalise_one<T> body{
      shape, moments, weight, bias, static_cast<const T*>(input), static_cast<T*>(output)};
    for_each(queue, std::int64_t{shape.rows} * shape.channels, body);
  });
}

void norm_parameter_gradients(stream& queue, const norm_shape& shape, const norm_moments& moments, const void* input,
                              const void* output, const void* output_gradient, reduction_scratch scratch,
                              float* weight_gradient, float* bias_gradient) {
  with_type(shape.type, [&](auto value) {
    using T = decltype(value);
    const kernels::gradient_products<T> body{shape, moments, static_cast<const T*>(input),
                                             static_cast<const T*>(output), static_cast<const T*>(output_gradient)};
    sum_columns<2>(queue, shape.rows, shape.channels, scratch, body,
                   kernels::keep_gradients{weight_gradient, bias_gradient});
  });
}

void norm_input_gradient(stream& queue, const norm_shape& shape, const norm_moments& moments, const float* weight,
                         const void* input, const void* output, const void* output_gradient,
                         const float* weight_gradient, const float* bias_gradient, bool accumulate,
                         void* input_gradient) {
  with_type(shape.type, [&](auto value) {
    using T = decltype(value);
    const kernels::input_gradient_of_one<T> body{shape,
                                                 moments,
                                                 weight,
                                                 static_cast<const T*>(input),
                                                 static_cast<const T*>(output),
                                                 static_cast<const T*>(output_gradient),
                                                 weight_gradient,
                                                 bias_gradient,
                                                 accumulate,
                                                 static_cast<T*>(input_gradient)};
    for_each(queue, std::int64_t{shape.rows} * shape.channels, body);
  });
}

} // namespace paceline::cuda
