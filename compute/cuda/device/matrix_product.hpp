#pragma once

#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"

#include <cstdint>

namespace paceline::cuda {

/// result (rows x columns) = left · right, or += with `accumulate`. Matrices lie row by row without gaps; a transposed one lies in
/// memory as its transpose: left as rows x depth, or depth x rows; right as depth x columns, or columns x depth.
struct matrix_product {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t depth = 0;
  bool transpose_left = false;
  bool transpose_right = false;
  bool accumulate = false;
  /// Of left and right, and of the result but with `fp32_result`.
  value_type type = value_type::fp32;
  bool fp32_result = false;
  /// See convolution_shape.
  bool tf32 = false;
};

/// Throws device_failure.
void multiply(stream& queue, const matrix_product& product, const void* left, const void* right, void* result);

} // namespace paceline::cuda
