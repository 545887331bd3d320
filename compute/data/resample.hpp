#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

/// Height and width in pixels.
struct picture_extent {
  std::int64_t height = 0;
  std::int64_t width = 0;

  friend bool operator==(const picture_extent&, const picture_extent&) = default;
};

/// Rows of pixels of three bytes each: red, green, blue.
struct rgb_view {
  picture_extent extent;
  std::span<const std::uint8_t> bytes;
};

/// What is shown of a picture: `box` of it (edges in pixels, also within one) is scaled to `scaled`, and of that the square of
/// `side` pixels at (top, left) is taken.
struct scaled_window {
  struct edges {
    double top = 0;
    double left = 0;
    double bottom = 0;
    double right = 0;
  };
  edges box;
  picture_extent scaled;
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t side = 0;
};

/// Scales pictures by bilinear interpolation whose triangle widens as the picture shrinks (antialiasing), with the very arithmetic
/// of Pillow's resize(BILINEAR), which torchvision uses for pictures: columns first, then rows, each rounded to bytes, weights
/// of 22 bits. A box of whole pixels gives the bytes that Pillow gives for crop(box).resize(scaled). Keeps its buffers from
/// call to call; used by one thread at a time.
class resampler {
 public:
  /// Writes side x side pixels of three bytes. Requires: the box lies in the picture and is not empty; the window lies in `scaled`.
  void write(const rgb_view& picture, const scaled_window& window, std::span<std::uint8_t> out);

 private:
  /// The pixels along one direction whose weighted sum is one pixel of the result.
  struct taps {
    std::size_t first = 0;
    std::size_t count = 0;
    /// In weights_ of that direction.
    std::size_t weights = 0;
  };
  struct direction {
    std::vector<taps> pixels;
    std::vector<std::int32_t> weights;
  };
  struct line {
    double begin = 0;
    double end = 0;
    std::int64_t scaled = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
  };
  void find_taps(const line& wanted, direction& found);

  direction across_;
  direction down_;
  std::vector<double> exact_;
  std::vector<std::uint8_t> narrowed_;
  std::vector<std::int32_t> sums_;
};

} // namespace paceline
