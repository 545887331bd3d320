#pragma once

#include "compute/counter_random.hpp"
#include "compute/data/resample.hpp"

#include <cstdint>

namespace paceline {

/// A part of a picture, in whole pixels.
struct pixel_box {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;

  friend bool operator==(const pixel_box&, const pixel_box&) = default;
};

/// A random part of a picture as torchvision's RandomResizedCrop draws it: `smallest_area` to all of its area, three to four up to
/// four to three, every place alike; where ten draws do not fit, the largest middle part of such a shape.
/// Requires a picture that is not empty and 0 < smallest_area <= 1.
pixel_box random_box(picture_extent picture, double smallest_area, counter_random& random);

/// How a part of a picture is scaled to a square of that side.
scaled_window whole_box(const pixel_box& box, std::int64_t side);

/// How a picture is tested, as torchvision's Resize(resize) and CenterCrop(crop) show it: its shorter side scaled to `resize`, then
/// the middle square of side `crop`. Requires crop <= resize.
scaled_window middle_of(picture_extent picture, std::int64_t resize, std::int64_t crop);

/// The largest of 1, 2, 4 and 8 by which the picture may be divided before the window is scaled without being made too small:
/// what is left of the box is at least as large as `scaled`.
int divisor_for(const scaled_window& window);

/// The same window of the picture divided by that, which is `picture` now.
scaled_window divided(scaled_window window, int divisor, picture_extent picture);

} // namespace paceline
