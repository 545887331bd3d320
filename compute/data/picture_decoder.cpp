#include "compute/data/picture_decoder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace paceline {

namespace {

constexpr std::size_t channels = 3;
// Of ImageNet's training pictures, as torchvision's models have them.
constexpr std::array<float, channels> mean = {0.485f, 0.456f, 0.406f};
constexpr std::array<float, channels> stddev = {0.229f, 0.224f, 0.225f};

/// Whether that is so because of what the file is, and not of what the system lacks just now (descriptors, memory, a server).
bool is_of_the_file(const std::error_code& error) {
  constexpr std::errc of_files[] = {std::errc::no_such_file_or_directory,
                                    std::errc::permission_denied,
                                    std::errc::operation_not_permitted,
                                    std::errc::is_a_directory,
                                    std::errc::not_a_directory,
                                    std::errc::filename_too_long,
                                    std::errc::too_many_symbolic_link_levels,
                                    std::errc::not_supported,
                                    std::errc::io_error};
  return std::find(std::begin(of_files), std::end(of_files), error) != std::end(of_files);
}

[[noreturn]] void cannot_read(const std::filesystem::path& path, const std::error_code& error) {
  if (is_of_the_file(error))
    throw damaged_picture("cannot be read: " + error.message());
  throw std::system_error(error, path.string() + ": cannot be read");
}

void read_file(const std::filesystem::path& path, std::vector<std::uint8_t>& bytes) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error)
    cannot_read(path, error);
  if (size > picture_decoder::most_file_bytes)
    throw damaged_picture("found " + std::to_string(size) + " bytes, allowed are "
                          + std::to_string(picture_decoder::most_file_bytes));
  bytes.resize(size);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    cannot_read(path, {errno, std::generic_category()});
  if (size > 0 && !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    if (file.eof())
      throw damaged_picture("ended after " + std::to_string(file.gcount()) + " of " + std::to_string(size) + " bytes");
    cannot_read(path, {errno, std::generic_category()});
  }
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
