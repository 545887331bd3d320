#include "compute/data/picture_decoder.hpp"

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

namespace paceline {

namespace {

constexpr std::size_t channels = 3;
// Of ImageNet's training pictures, as torchvision's models have them.
constexpr std::array<float, channels> mean = {0.485f, 0.456f, 0.406f};
constexpr std::array<float, channels> stddev = {0.229f, 0.224f, 0.225f};

void read_file(const std::filesystem::path& path, std::vector<std::uint8_t>& bytes) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error)
    throw damaged_picture("cannot be read: " + error.message());
  if (size > picture_decoder::most_file_bytes)
    throw damaged_picture("found " + std::to_string(size) + " bytes, allowed are "
                          + std::to_string(picture_decoder::most_file_bytes));
  bytes.resize(size);
  std::ifstream file(path, std::ios::binary);
  if (size > 0 && !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
    throw damaged_picture("cannot be read: " + std::string(std::strerror(errno)));
}

// out = (pixel / 255 - mean) / stddev, a plane for each colour.
void normalise(std::span<const std::uint8_t> square, std::size_t side, bool mirrored, std::span<float> out) {
  auto* to = out.data();
  for (std::size_t c = 0; c < channels; ++c) {
    const float scale = 1.0f / (255.0f * stddev[c]);
    const float black = -mean[c] / stddev[c];
    for (std::size_t y = 0; y < side; ++y, to += side) {
      const auto* const from = square.data() + y * side * channels + c;
      for (std::size_t x = 0; x < side; ++x)
        to[mirrored ? side - 1 - x : x] = static_cast<float>(from[x * channels]) * scale + black;
    }
  }
}

} // namespace

void picture_decoder::write(const std::filesystem::path& file, const choose_window& choose, bool mirrored,
                            std::span<float> out) {
  read_file(file, file_);
  write(file_, choose, mirrored, out);
}

void picture_decoder::write(std::span<const std::uint8_t> file, const choose_window& choose, bool mirrored,
                            std::span<float> out) {
  const auto window = choose(jpeg_.open(file));
  const auto side = static_cast<std::size_t>(window.side);
  assert(out.size() == channels * side * side);
  const auto divisor = divisor_for(window);
  const auto picture = jpeg_.decode(divisor);
  square_.resize(channels * side * side);
  resampler_.write(picture, divided(window, divisor, picture.extent), square_);
  normalise(square_, side, mirrored, out);
}

} // namespace paceline
