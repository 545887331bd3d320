#include "compute/data/picture_decoder.hpp"

#include "tests/catch.hpp"
#include "tests/compute/data/jpeg_files.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <cmath>

using namespace paceline;

namespace {

// Soft waves, so that it hardly matters in which way they are made smaller.
std::vector<std::uint8_t> waves(picture_extent extent) {
  std::vector<std::uint8_t> pixels;
  for (std::int64_t y = 0; y < extent.height; ++y)
    for (std::int64_t x = 0; x < extent.width; ++x)
      for (int c = 0; c < 3; ++c)
        pixels.push_back(static_cast<std::uint8_t>(
          128 + 100 * std::sin(0.02 * static_cast<double>(x + c * 50)) * std::cos(0.03 * static_cast<double>(y))));
  return pixels;
}

picture_decoder::choose_window show(const scaled_window& window) {
  return [=](picture_extent) { return window; };
}

} // namespace

TEST_CASE("bytes are normalised by ImageNet's mean and deviation, a plane for each colour") {
  std::vector<float> out(3 * 4 * 4);
  picture_decoder().write(plain_jpeg({16, 16}, 255, 128, 0), show(whole_box({0, 0, 16, 16}, 4)), false, out);
  for (std::size_t i = 0; i < 16; ++i) {
    REQUIRE(out[i] == Approx((1 - 0.485) / 0.229).margin(0.05));
    REQUIRE(out[16 + i] == Approx((128 / 255.0 - 0.456) / 0.224).margin(0.05));
    REQUIRE(out[32 + i] == Approx((0 - 0.406) / 0.225).margin(0.05));
  }
}

TEST_CASE("a mirrored picture has its columns in reverse") {
  const picture_extent extent{64, 96};
  const auto file = jpeg_of(extent, waves(extent));
  std::vector<float> plain(3 * 16 * 16);
  std::vector<float> mirrored(plain.size());
  picture_decoder decoder;
  decoder.write(file, show(whole_box({5, 7, 50, 70}, 16)), false, plain);
  decoder.write(file, show(whole_box({5, 7, 50, 70}, 16)), true, mirrored);
  for (std::size_t row = 0; row < plain.size(); row += 16)
    std::reverse(mirrored.begin() + static_cast<std::ptrdiff_t>(row),
                 mirrored.begin() + static_cast<std::ptrdiff_t>(row + 16));
  REQUIRE(mirrored == plain);
}

TEST_CASE("a picture that is decoded at a fraction of its size shows what the whole one shows") {
  const picture_extent extent{401, 603};
  const auto pixels = waves(extent);
  const auto file = jpeg_of(extent, pixels);
  picture_decoder decoder;
  for (const std::int64_t side : {128, 64, 32}) {
    const auto window = whole_box({33, 55, 333, 444}, side);
    REQUIRE(divisor_for(window) == 256 / side);
    std::vector<float> found(static_cast<std::size_t>(3 * side * side));
    decoder.write(file, show(window), false, found);
    std::vector<std::uint8_t> expected(found.size());
    resampler().write({extent, pixels}, window, expected);
    double largest = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(side * side); ++i)
      largest = std::max(largest, std::abs(255 * (static_cast<double>(found[i]) * 0.229 + 0.485) - expected[3 * i]));
    REQUIRE(largest < 4);
  }
}

TEST_CASE("a file that is missing is a damaged picture") {
  const temporary_folder folder;
  std::vector<float> out(3 * 4 * 4);
  REQUIRE_THROWS_WITH(picture_decoder().write(folder / "1.jpg", show({}), false, out),
                      "cannot be read: No such file or directory");
}
