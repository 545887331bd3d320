#pragma once

#include "compute/data/jpeg_decoder.hpp"
#include "compute/data/resample.hpp"
#include "compute/data/resized_crop.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace paceline {

/// Makes a network's input of a picture's file. Keeps its buffers from picture to picture; used by one thread at a time.
class picture_decoder {
 public:
  /// Chooses what is shown of a picture of that size.
  using choose_window = std::function<scaled_window(picture_extent)>;

  /// Files are read as a whole, so that one that is no picture must not take all memory.
  static constexpr std::uintmax_t most_file_bytes = std::uintmax_t{1} << 28;

  /// Reads the file and writes 3 x side x side values, normalised by the mean and deviation of ImageNet's pixels, mirrored where
  /// that is asked for. A picture of which the window leaves out half of the pixels or more in each direction is decoded at a half, a
  /// quarter or an eighth of its size. Throws damaged_picture.
  void write(const std::filesystem::path& file, const choose_window& choose, bool mirrored, std::span<float> out);

  /// The same with a file's bytes.
  void write(std::span<const std::uint8_t> file, const choose_window& choose, bool mirrored, std::span<float> out);

 private:
  jpeg_decoder jpeg_;
  resampler resampler_;
  std::vector<std::uint8_t> file_;
  std::vector<std::uint8_t> square_;
};

} // namespace paceline
