#pragma once

#include "compute/data/resample.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace paceline {

/// A file holds no picture that can be shown: what() says why in a few words, without its name.
class damaged_picture : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Decodes JPEG files, grey ones and those of four printing inks too, to red, green and blue. A file that is cut short or has
/// wrong data in it is refused as a whole; stray bytes between its parts, which some cameras leave, are not minded.
/// Keeps its buffers from file to file; used by one thread at a time.
class jpeg_decoder {
 public:
  /// Of any picture: 67 million pixels, such as 8192x8192. Bounds what a few bytes that claim to be a huge picture can take:
  /// a progressive one needs 6 bytes a pixel while it is decoded.
  static constexpr std::int64_t most_pixels = std::int64_t{1} << 26;

  /// `limit` in the place of most_pixels.
  explicit jpeg_decoder(std::int64_t limit = most_pixels);
  ~jpeg_decoder();

  jpeg_decoder(jpeg_decoder&&) noexcept;
  jpeg_decoder& operator=(jpeg_decoder&&) noexcept;

  /// Reads the header and says how large the picture is. `file` must stay as it is until decode has returned.
  /// Throws damaged_picture where it is no JPEG file, or larger than allowed.
  picture_extent open(std::span<const std::uint8_t> file);

  /// Decodes the whole picture that was opened, with height and width divided by `divisor` and rounded up: 1, or 2, 4 or 8 in a
  /// fraction of the time. The view is valid until the next call. Throws damaged_picture.
  rgb_view decode(int divisor);

 private:
  void decode_inks(picture_extent extent);

  struct release {
    void operator()(void* handle) const noexcept;
  };
  std::unique_ptr<void, release> handle_;
  std::int64_t limit_;
  std::span<const std::uint8_t> file_;
  picture_extent extent_;
  bool has_inks_ = false;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::uint8_t> inks_;
};

} // namespace paceline
