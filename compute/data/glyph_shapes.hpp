#pragma once

#include <array>
#include <string_view>

namespace paceline {

/// A point of a shape's own plane: a shape fills about the unit circle, x to the right, y down.
struct glyph_point {
  float x = 0;
  float y = 0;
};

/// A shape as its signed distance: below 0 inside, about the distance to the outline near it.
/// Computed by + - * / and sqrt alone, which IEEE 754 rounds alike on every machine.
struct glyph_shape {
  std::string_view name;
  float (*distance)(glyph_point);
};

/// The ten classes. No two become each other when turned, mirrored or stretched a little, or where a border
/// is cut off.
extern const std::array<glyph_shape, 10> glyph_shapes;

} // namespace paceline
