#pragma once

#include "compute/data/resample.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <turbojpeg.h>

namespace paceline {

/// How a test's JPEG file is written.
struct jpeg_style {
  /// A byte for each of the three colours, or the four inks with TJPF_CMYK, or a grey with TJPF_GRAY.
  int pixels = TJPF_RGB;
  int subsampling = TJSAMP_444;
  bool progressive = false;
};

/// The bytes of a JPEG file of the best quality with these pixels.
inline std::vector<std::uint8_t> jpeg_of(picture_extent extent, const std::vector<std::uint8_t>& pixels,
                                         const jpeg_style& style = {}) {
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const auto compressor = tjInitCompress();
  const auto width = static_cast<int>(extent.width);
  const auto height = static_cast<int>(extent.height);
  const int failed = tjCompress2(compressor, pixels.data(), width, 0, height, style.pixels, &bytes, &size,
                                 style.pixels == TJPF_GRAY ? TJSAMP_GRAY : style.subsampling, 100,
                                 style.progressive ? TJFLAG_PROGRESSIVE : 0);
  const std::vector<std::uint8_t> result(bytes, bytes + size);
  tjFree(bytes);
  tjDestroy(compressor);
  if (failed != 0)
    throw std::runtime_error("no JPEG file was made");
  return result;
}

/// The bytes of a JPEG file of one colour.
inline std::vector<std::uint8_t> plain_jpeg(picture_extent extent, std::uint8_t red, std::uint8_t green,
                                            std::uint8_t blue) {
  std::vector<std::uint8_t> pixels;
  for (std::int64_t i = 0; i < extent.height * extent.width; ++i)
    pixels.insert(pixels.end(), {red, green, blue});
  return jpeg_of(extent, pixels);
}

inline std::string as_text(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

} // namespace paceline
