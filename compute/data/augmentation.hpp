#pragma once

#include <cstdint>

namespace paceline {

/// How a picture becomes a network's input.
struct augmentation {
  /// Side of the square that is cut out.
  std::int64_t crop = 28;
  /// Zero pixels (before normalisation) added on every side before a random crop; ignored in tests.
  std::int64_t padding = 0;
  /// Mirror every other picture at random in training.
  bool flip = true;
};

} // namespace paceline
