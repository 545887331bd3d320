#include "compute/cuda/kernels/pooling.hpp"

#include "compute/cuda/kernels/places.hpp"

namespace paceline::cuda {

namespace kernels {

/// A pool_shape in numbers that a GPU divides fast, see element.
struct window_geometry {
  explicit window_geometry(const pool_shape& shape)
    : input(shape.input),
      output(shape.output),
      kernel_height(static_cast<std::int32_t>(shape.kernel_height)),
      kernel_width(static_cast<std::int32_t>(shape.kernel_width)),
      stride(static_cast<std::int32_t>(shape.stride)),
      padding(static_cast<std::int32_t>(shape.padding)) {}

  extent input;
  extent output;
  std::int32_t kernel_height;
  std::int32_t kernel_width;
  std::int32_t stride;
  std::int32_t padding;
};

/// Calls visit(input place, place in the window) for each value of an output value's window, in reading order.
template <class Visit>
PACELINE_ON_DEVICE void for_each_of_window(const window_geometry& shape, element output, Visit visit) {
  const auto at = spot_of(shape.output, output);
  for (std::int32_t ky = 0; ky < shape.kernel_height; ++ky) {
    const auto y = at.y * shape.stride + ky - shape.padding;
    if (y < 0 || y >= shape.input.height)
      continue;
    for (std::int32_t kx = 0; kx < shape.kernel_width; ++kx) {
      const auto x = at.x * shape.stride + kx - shape.padding;
      if (x >= 0 && x < shape.input.width)
        visit(place_of(shape.input, at.sample, y, x, at.channel), static_cast<element>(ky * shape.kernel_width + kx));
    }
  }
}

/// Calls visit(output place, place in its window) for each window that an input value is in.
template <class Visit>
PACELINE_ON_DEVICE void for_each_window_of(const window_geometry& shape, element input, Visit visit) {
  const auto at = spot_of(shape.input, input);
  for (std::int32_t ky = 0; ky < shape.kernel_height; ++ky) {
    const auto y = at.y + shape.padding - ky;
    if (y < 0 || y % shape.stride != 0 || y / shape.stride >= shape.output.height)
      continue;
    for (std::int32_t kx = 0; kx < shape.kernel_width; ++kx) {
      const auto x = at.x + shape.padding - kx;
      if (x >= 0 && x % shape.stride == 0 && x / shape.stride < shape.output.width)
        visit(place_of(shape.output, at.sample, y / shape.stride, x / shape.stride, at.channel),
              static_cast<element>(ky * shape.kernel_width + kx));
    }
  }
}

template <class T>
struct max_of_one {
  window_geometry shape;
  const T* input;
  T* output;
  std::uint8_t* winners;

  struct highest {
    const T* input;
    float value = 0;
    std::int64_t place = -1;
    PACELINE_ON_DEVICE void operator()(element from, element window_place) {
      const auto candidate = to_float(input[from]);
      if (place >= 0 && !(candidate > value))
        return;
      value = candidate;
      place = window_place;
    }
  };

  PACELINE_ON_DEVICE void operator()(element i) const {
    highest best{input};
    for_each_of_window<highest&>(shape, i, best);
    store(output[i], best.value);
    winners[i] = static_cast<std::uint8_t>(best.place);
  }
};

template <class T>
struct max_gradient_of_one {
  window_geometry shape;
  const T* output_gradient;
  const std::uint8_t* winners;
  T* input_gradient;
  bool accumulate;

  struct gathered {
    const T* output_gradient;
    const std::uint8_t* winners;
    float sum = 0;
    PACELINE_ON_DEVICE void operator()(element output, element window_place) {
      if (winners[output] == window_place)
        sum += to_float(output_gradient[output]);
    }
  };

  PACELINE_ON_DEVICE void operator()(element i) const {
    gathered found{output_gradient, winners};
    for_each_window_of<gathered&>(shape, i, found);
    store_or_add(input_gradient[i], found.sum, accumulate);
  }
};

/// The sum of the values of an activation that are visited.
template <class T>
struct sum_of_visited {
  const T* values;
  float sum = 0;
  PACELINE_ON_DEVICE void operator()(element place, element) { sum += to_float(values[place]); }
};

PACELINE_ON_DEVICE inline float share_of(const window_geometry& shape) {
  return 1 / static_cast<float>(shape.kernel_height * shape.kernel_width);
}

template <class T>
struct mean_of_one {
  window_geometry shape;
  const T* input;
  T* output;
  PACELINE_ON_DEVICE void operator()(element i) const {
    sum_of_visited<T> found{input};
    for_each_of_window<sum_of_visited<T>&>(shape, i, found);
    store(output[i], found.sum * share_of(shape));
  }
};

template <class T>
struct mean_gradient_of_one {
  window_geometry shape;
  const T* output_gradient;
  T* input_gradient;
  bool accumulate;
  PACELINE_ON_DEVICE void operator()(element i) const {
    sum_of_visited<T> found{output_gradient};
    for_each_window_of<sum_of_visited<T>&>(shape, i, found);
    store_or_add(input_gradient[i], found.sum * share_of(shape), accumulate);
  }
};

} // namespace kernels

void max_pool(stream& queue, value_type type, const pool_shape& shape, const void* input, void* output,
              std::uint8_t* winners) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::max_of_one<T> body{kernels::window_geometry(shape), static_cast<const T*>(input),
                                      static_cast<T*>(output), winners};
    for_each(queue, shape.batch * shape.output.size(), body);
  });
}

void max_pool_gradient(stream& queue, value_type type, const pool_shape& shape, const void* output_gradient,
                       const std::uint8_t* winners, bool accumulate, void* input_gradient) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::max_gradient_of_one<T> body{kernels::window_geometry(shape), static_cast<const T*>(output_gradient),
                                               winners, static_cast<T*>(input_gradient), accumulate};
    for_each(queue, shape.batch * shape.input.size(), body);
  });
}

void average_pool(stream& queue, value_type type, const pool_shape& shape, const void* input, void* output) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::mean_of_one<T> body{kernels::window_geometry(shape), static_cast<const T*>(input),
                                       static_cast<T*>(output)};
    for_each(queue, shape.batch * shape.output.size(), body);
  });
}

void average_pool_gradient(stream& queue, value_type type, const pool_shape& shape, const void* output_gradient,
                           bool accumulate, void* input_gradient) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::mean_gradient_of_one<T> body{kernels::window_geometry(shape), static_cast<const T*>(output_gradient),
                                                static_cast<T*>(input_gradient), accumulate};
    for_each(queue, shape.batch * shape.input.size(), body);
  });
}

} // namespace paceline::cuda
