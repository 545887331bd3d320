#pragma once

#include "compute/cuda/device/emulated/native_stream.hpp"
#include "compute/cuda/device/launch.hpp"

namespace paceline::cuda {

template <class Body>
void for_each(stream& queue, std::int64_t count, const Body& body) {
  queue.own().put([count, body] {
    for (std::int64_t i = 0; i < count; ++i)
      body(as_element(i));
  });
}

template <int Sums, class Body, class Finish>
void sum_columns(stream& queue, std::int64_t rows, std::int64_t columns, reduction_scratch, const Body& body,
                 const Finish& finish) {
  queue.own().put([rows, columns, body, finish] {
    for (std::int64_t column = 0; column < columns; ++column) {
      std::array<double, Sums> sums{};
      for (std::int64_t row = 0; row < rows; ++row) {
        const auto addends = body(as_element(row), as_element(column));
        for (int k = 0; k < Sums; ++k)
          sums[k] += static_cast<double>(addends[k]);
      }
      finish(as_element(column), sums);
    }
  });
}

template <int Sums, class Body, class Finish>
void sum_each(stream& queue, std::int64_t count, reduction_scratch scratch, const Body& body, const Finish& finish) {
  sum_columns<Sums>(
    queue, count, 1, scratch, [body](element i, element) { return body(i); },
    [finish](element, const std::array<double, Sums>& sums) { finish(sums); });
}

} // namespace paceline::cuda
