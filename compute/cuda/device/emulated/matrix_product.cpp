#include "compute/cuda/device/matrix_product.hpp"

#include "compute/cuda/device/emulated/native_stream.hpp"

namespace paceline::cuda {

namespace {

template <class T, class Result>
void multiply_values(const matrix_product& p, const T* left, const T* right, Result* result) {
  for (std::int64_t row = 0; row < p.rows; ++row)
    for (std::int64_t column = 0; column < p.columns; ++column) {
      float sum = 0;
      for (std::int64_t k = 0; k < p.depth; ++k)
        sum += to_float(left[p.transpose_left ? k * p.rows + row : row * p.depth + k])
               * to_float(right[p.transpose_right ? column * p.depth + k : k * p.columns + column]);
      auto& place = result[row * p.columns + column];
      store(place, p.accumulate ? to_float(place) + sum : sum);
    }
}

} // namespace

void multiply(stream& queue, const matrix_product& product, const void* left, const void* right, void* result) {
  queue.own().put([=] {
    with_type(product.type, [&](auto value) {
      using T = decltype(value);
      const auto* a = static_cast<const T*>(left);
      const auto* b = static_cast<const T*>(right);
      if (product.fp32_result)
        multiply_values(product, a, b, static_cast<float*>(result));
      else
        multiply_values(product, a, b, static_cast<T*>(result));
    });
  });
}

} // namespace paceline::cuda
