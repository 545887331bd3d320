#include "compute/cuda/kernels/elementwise.hpp"

#include "compute/cuda/kernels/places.hpp"
#include "compute/dropout_mask.hpp"

namespace paceline::cuda {

namespace kernels {

PACELINE_ON_DEVICE inline float positive(float value) {
  // As PyTorch: a NaN stays one.
  return value < 0 ? 0 : value;
}

template <class T>
struct add_bias_to_one {
  T* values;
  const float* bias;
  element columns;
  bool rectify;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto sum = to_float(values[i]) + bias[i % columns];
    store(values[i], rectify ? positive(sum) : sum);
  }
};

template <class T>
struct value_of_row {
  const T* values;
  element columns;
  PACELINE_ON_DEVICE std::array<float, 1> operator()(element row, element column) const {
    return {to_float(values[row * columns + column])};
  }
};

struct keep_sum {
  float* sums;
  PACELINE_ON_DEVICE void operator()(element column, const std::array<double, 1>& sum) const {
    sums[column] = static_cast<float>(sum[0]);
  }
};

template <class T>
struct rectify_one {
  const T* from;
  T* to;
  PACELINE_ON_DEVICE void operator()(element i) const { store(to[i], positive(to_float(from[i]))); }
};

template <class T>
struct add_one {
  const T* left;
  const T* right;
  T* to;
  bool rectify;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto sum = to_float(left[i]) + to_float(right[i]);
    store(to[i], rectify ? positive(sum) : sum);
  }
};

template <class T>
struct pass_one {
  const T* output;
  const T* gradient;
  T* to;
  bool accumulate;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const bool passes = output == nullptr || to_float(output[i]) > 0;
    store_or_add(to[i], passes ? to_float(gradient[i]) : 0, accumulate);
  }
};

template <class T>
struct drop_one {
  const std::uint64_t* seed;
  std::size_t layer;
  double probability;
  float scale;
  element channels;
  element plane;
  const T* from;
  T* to;
  bool accumulate;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto channel = i % channels;
    const auto pixel = i / channels % plane;
    const auto sample = i / (channels * plane);
    // Masks count over channels first.
    const auto counted = (sample * channels + channel) * plane + pixel;
    const bool kept = dropout_mask(*seed, layer, probability).keeps(counted);
    store_or_add(to[i], kept ? to_float(from[i]) * scale : 0, accumulate);
  }
};

/// A shortcut_shape in numbers that a GPU divides fast, see element.
struct shortcut_geometry {
  explicit shortcut_geometry(const shortcut_shape& shape)
    : input(shape.input),
      output(shape.output),
      stride(static_cast<std::int32_t>(shape.stride)),
      before(static_cast<std::int32_t>((shape.output.channels - shape.input.channels) / 2)) {}

  extent input;
  extent output;
  std::int32_t stride;
  /// Channels of zeros before the input's.
  std::int32_t before;
};

template <class T>
struct shortcut_one {
  shortcut_geometry shape;
  const T* input;
  T* output;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto at = spot_of(shape.output, i);
    const auto channel = at.channel - shape.before;
    const bool is_zero = channel < 0 || channel >= shape.input.channels;
    store(output[i],
          is_zero
            ? 0
            : to_float(input[place_of(shape.input, at.sample, at.y * shape.stride, at.x * shape.stride, channel)]));
  }
};

template <class T>
struct shortcut_gradient_of_one {
  shortcut_geometry shape;
  const T* output_gradient;
  T* input_gradient;
  bool accumulate;
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto at = spot_of(shape.input, i);
    const auto y = at.y / shape.stride;
    const auto x = at.x / shape.stride;
    float value = 0;
    // The last rows may be beyond what the output has, where the stride leaves a rest.
    if (x * shape.stride == at.x && y * shape.stride == at.y && x < shape.output.width && y < shape.output.height)
      value = to_float(output_gradient[place_of(shape.output, at.sample, y, x, at.channel + shape.before)]);
    store_or_add(input_gradient[i], value, accumulate);
  }
};

} // namespace kernels

void add_bias(stream& queue, value_type type, void* values, const float* bias, std::int64_t rows, std::int64_t columns,
              bool rectify) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::add_bias_to_one<T> body{static_cast<T*>(values), bias, as_element(columns), rectify};
    for_each(queue, rows * columns, body);
  });
}

void sum_rows(stream& queue, value_type type, const void* values, std::int64_t rows, std::int64_t columns,
              reduction_scratch scratch, float* sums) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::value_of_row<T> body{static_cast<const T*>(values), as_element(columns)};
    sum_columns<1>(queue, rows, columns, scratch, body, kernels::keep_sum{sums});
  });
}

void rectify(stream& queue, value_type type, std::int64_t count, const void* from, void* to) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    for_each(queue, count, kernels::rectify_one<T>{static_cast<const T*>(from), static_cast<T*>(to)});
  });
}

void add(stream& queue, value_type type, std::int64_t count, const void* left, const void* right, bool rectify,
         void* to) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::add_one<T> body{static_cast<const T*>(left), static_cast<const T*>(right), static_cast<T*>(to),
                                   rectify};
    for_each(queue, count, body);
  });
}

void pass_gradient(stream& queue, value_type type, std::int64_t count, const void* output, const void* gradient,
                   bool accumulate, void* to) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::pass_one<T> body{static_cast<const T*>(output), static_cast<const T*>(gradient), static_cast<T*>(to),
                                    accumulate};
    for_each(queue, count, body);
  });
}

void drop_out(stream& queue, value_type type, const dropout_shape& shape, const std::uint64_t* seed, const void* from,
              bool accumulate, void* to) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::drop_one<T> body{seed,
                                    shape.layer,
                                    shape.probability,
                                    static_cast<float>(1 / (1 - shape.probability)),
                                    as_element(shape.sample.channels),
                                    as_element(shape.sample.height * shape.sample.width),
                                    static_cast<const T*>(from),
                                    static_cast<T*>(to),
                                    accumulate};
    for_each(queue, shape.batch * shape.sample.size(), body);
  });
}

void shortcut(stream& queue, value_type type, const shortcut_shape& shape, const void* input, void* output) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::shortcut_one<T> body{kernels::shortcut_geometry(shape), static_cast<const T*>(input),
                                        static_cast<T*>(output)};
    for_each(queue, shape.batch * shape.output.size(), body);
  });
}

void shortcut_gradient(stream& queue, value_type type, const shortcut_shape& shape, const void* output_gradient,
                       bool accumulate, void* input_gradient) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::shortcut_gradient_of_one<T> body{kernels::shortcut_geometry(shape),
                                                    static_cast<const T*>(output_gradient),
                                                    static_cast<T*>(input_gradient), accumulate};
    for_each(queue, shape.batch * shape.input.size(), body);
  });
}

} // namespace paceline::cuda
