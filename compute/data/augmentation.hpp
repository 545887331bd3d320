#pragma once

#include <cstdint>
#include <optional>

namespace paceline {

/// How a picture becomes a network's input.
struct augmentation {
  /// Side of the square that is cut out.
  std::int64_t crop = 28;
  /// Of pictures of many sizes: what their shorter side is scaled to in tests, before the crop; 8/7 of the crop where it is not given.
  std::optional<std::int64_t> resize = std::nullopt;
  /// Of pictures of many sizes: the least share of a picture's area that is shown in training.
  double smallest_area = 0.08;
  /// Zero pixels (before normalisation) added on every side before a random crop; ignored in tests.
  std::int64_t padding = 0;
  /// Mirror every other picture at random in training.
  bool flip = true;

  std::int64_t test_side() const { return resize.value_or((crop * 8 + 3) / 7); }
};

} // namespace paceline
