#include "cluster/wire/quantisation.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

namespace paceline {

namespace {

constexpr std::uint32_t sign_bit = 0x8000'0000;
constexpr std::uint32_t largest_bf16 = 0x7F7F;

} // namespace

void to_bf16(std::span<const float> values, std::span<std::uint16_t> out) {
  assert(values.size() == out.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(values[i]);
    const auto magnitude = bits & ~sign_bit;
    const auto rounded = (magnitude + 0x7FFF + (magnitude >> 16 & 1)) >> 16;
    out[i] = static_cast<std::uint16_t>((bits & sign_bit) >> 16 | std::min(rounded, largest_bf16));
  }
}

void from_bf16(std::span<const std::uint16_t> values, std::span<float> out) {
  assert(values.size() == out.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    out[i] = std::bit_cast<float>(std::uint32_t{values[i]} << 16);
}

float int8_scale(std::span<const float> values) {
  // Finite floats without their sign are ordered as their bits are; a maximum of whole numbers is vectorised.
  std::int32_t largest = 0;
  for (const auto value : values)
    largest = std::max(largest, static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(value) & ~sign_bit));
  const auto scale = std::bit_cast<float>(largest) / 127;
  // 127 times the scale must not be rounded up to infinity.
  const auto finite = std::isfinite(scale * 127) ? scale : std::nextafter(scale, 0.0f);
  return std::max(finite, std::numeric_limits<float>::min());
}

void to_int8(std::span<const float> values, float scale, std::span<std::int8_t> out) {
  assert(values.size() == out.size());
  // Near 1.5 * 2^23 floats are whole numbers: the addition rounds, and the lowest byte is the number.
  constexpr float rounder = 12582912;
  for (std::size_t i = 0; i < values.size(); ++i)
    out[i] = static_cast<std::int8_t>(std::bit_cast<std::uint32_t>(values[i] / scale + rounder));
}

void from_int8(std::span<const std::int8_t> values, float scale, std::span<float> out) {
  assert(values.size() == out.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    out[i] = static_cast<float>(values[i]) * scale;
}

} // namespace paceline
