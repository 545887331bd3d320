#pragma once

#include "compute/cuda/device/on_device.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace paceline::cuda {

/// In what numbers activations lie on the device. Parameters, their gradients and all sums are fp32 or better.
enum class value_type : std::uint8_t { fp32, bf16 };

/// The upper half of an fp32; laid out as CUDA's __nv_bfloat16.
struct bfloat16 {
  std::uint16_t bits = 0;
};

constexpr std::size_t bytes_of(value_type type) {
  return type == value_type::fp32 ? 4 : 2;
}

PACELINE_ON_DEVICE inline float to_float(float value) {
  return value;
}

PACELINE_ON_DEVICE inline float to_float(bfloat16 value) {
  const auto bits = static_cast<std::uint32_t>(value.bits) << 16;
  float result = 0;
  memcpy(&result, &bits, sizeof result);
  return result;
}

PACELINE_ON_DEVICE inline void store(float& place, float value) {
  place = value;
}

/// Rounds to nearest, ties to even. A NaN stays one.
PACELINE_ON_DEVICE inline void store(bfloat16& place, float value) {
  std::uint32_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  if (value != value)
    bits |= 0x0040'0000u;
  else
    bits += 0x7fffu + ((bits >> 16) & 1u);
  place.bits = static_cast<std::uint16_t>(bits >> 16);
}

/// Adds to what is there with `accumulate`, else overwrites it.
template <class T>
PACELINE_ON_DEVICE void store_or_add(T& place, float value, bool accumulate) {
  store(place, accumulate ? to_float(place) + value : value);
}

/// Calls `use(T{})` with the C++ type of `type`.
template <class Use>
void with_type(value_type type, Use&& use) {
  if (type == value_type::fp32)
    use(float{});
  else
    use(bfloat16{});
}

} // namespace paceline::cuda
