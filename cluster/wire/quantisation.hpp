#pragma once

#include <cstdint>
#include <span>

namespace paceline {

// Parameters in fewer bytes, for the way between nodes. All spans of one call have the same length; values are finite.

/// bf16 is the upper half of an fp32. Rounds to nearest, ties to even: an error of at most 2^-8 of a value, or 2^-134 where
/// that is more. Values beyond the largest bf16 (3.39e38) become it and not infinite, which is within the same bound.
void to_bf16(std::span<const float> values, std::span<std::uint16_t> out);
void from_bf16(std::span<const std::uint16_t> values, std::span<float> out);

/// The scale by which values become whole numbers of -127 to 127: max|x| / 127, and at least 2^-126.
float int8_scale(std::span<const float> values);

/// Rounds to nearest, ties to even: an error of at most half a scale (and a 2^-15 part of that by fp32's own rounding).
/// Requires: `scale` is int8_scale of values that include these.
void to_int8(std::span<const float> values, float scale, std::span<std::int8_t> out);
void from_int8(std::span<const std::int8_t> values, float scale, std::span<float> out);

} // namespace paceline
