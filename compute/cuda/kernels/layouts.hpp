#pragma once

#include "compute/cuda/device/stream.hpp"
#include "compute/cuda/device/value_type.hpp"

#include <cstdint>

namespace paceline::cuda {

// Changes of order and type. All pointers are to device memory; `batch` matrices lie one behind the other.

/// What a matrix of values is to become.
struct transposition {
  std::int64_t batch = 1;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  value_type from = value_type::fp32;
  value_type to = value_type::fp32;
  /// Adds to what is there, else overwrites it.
  bool accumulate = false;
};

/// to[b][column][row] = from[b][row][column]. Pictures channels last from channels first: rows channels, columns height x width.
void transpose(stream& queue, const transposition& how, const void* from, void* to);

/// to[places[i]] = from[i].
void scatter(stream& queue, std::int64_t count, const float* from, const std::uint32_t* places, float* to);

/// to[i] = from[places[i]].
void gather(stream& queue, std::int64_t count, const float* from, const std::uint32_t* places, float* to);

/// Between the two types.
void convert(stream& queue, std::int64_t count, value_type from_type, const void* from, value_type to_type, void* to);

} // namespace paceline::cuda
