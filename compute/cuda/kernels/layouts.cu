#include "compute/cuda/kernels/layouts.hpp"

#include "compute/cuda/device/launch.hpp"

namespace paceline::cuda {

namespace kernels {

template <class From, class To>
struct transpose_one {
  const From* from;
  To* to;
  element rows;
  element columns;
  bool accumulate;

  /// Writes lie beside each other.
  PACELINE_ON_DEVICE void operator()(element i) const {
    const auto row = i % rows;
    const auto column = i / rows % columns;
    const auto matrix = i / (rows * columns);
    const auto value = to_float(from[(matrix * rows + row) * columns + column]);
    store_or_add(to[i], value, accumulate);
  }
};

template <class From, class To>
struct convert_one {
  const From* from;
  To* to;
  PACELINE_ON_DEVICE void operator()(element i) const { store(to[i], to_float(from[i])); }
};

struct scatter_one {
  const float* from;
  const std::uint32_t* places;
  float* to;
  PACELINE_ON_DEVICE void operator()(element i) const { to[places[i]] = from[i]; }
};

struct gather_one {
  const float* from;
  const std::uint32_t* places;
  float* to;
  PACELINE_ON_DEVICE void operator()(element i) const { to[i] = from[places[i]]; }
};

} // namespace kernels

void transpose(stream& queue, const transposition& how, const void* from, void* to) {
  with_type(how.from, [&](auto from_value) {
    with_type(how.to, [&](auto to_value) {
      using source = decltype(from_value);
      using target = decltype(to_value);
      const kernels::transpose_one<source, target> body{static_cast<const source*>(from), static_cast<target*>(to),
                                                        as_element(how.rows), as_element(how.columns), how.accumulate};
      for_each(queue, how.batch * how.rows * how.columns, body);
    });
  });
}

void scatter(stream& queue, std::int64_t count, const float* from, const std::uint32_t* places, float* to) {
  for_each(queue, count, kernels::scatter_one{from, places, to});
}

void gather(stream& queue, std::int64_t count, const float* from, const std::uint32_t* places, float* to) {
  for_each(queue, count, kernels::gather_one{from, places, to});
}

void convert(stream& queue, std::int64_t count, value_type from_type, const void* from, value_type to_type, void* to) {
  with_type(from_type, [&](auto from_value) {
    with_type(to_type, [&](auto to_value) {
      using source = decltype(from_value);
      using target = decltype(to_value);
      const kernels::convert_one<source, target> body{static_cast<const source*>(from), static_cast<target*>(to)};
      for_each(queue, count, body);
    });
  });
}

} // namespace paceline::cuda
