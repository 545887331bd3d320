#include "compute/data/resample.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <vector>

using namespace paceline;

namespace {

// What is expected comes from Pillow 9.4:
//   from PIL import Image
//   def picture(w, h):
//       return Image.frombytes("RGB", (w, h), bytes(
//           (x * 37 + y * 59 + c * 83 + x * y * 7) % 256 for y in range(h) for x in range(w) for c in range(3)))
//   p = picture(13, 9)
//   list(p.crop((2, 1, 12, 8)).resize((4, 4), Image.BILINEAR).tobytes())
//   list(p.crop((3, 2, 6, 5)).resize((5, 5), Image.BILINEAR).tobytes())
//   list(p.resize((8, 6), Image.BILINEAR).crop((2, 1, 6, 5)).tobytes())
struct picture {
  picture_extent extent;
  std::vector<std::uint8_t> bytes;

  picture(std::int64_t height, std::int64_t width) : extent{height, width} {
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x)
        for (std::int64_t c = 0; c < 3; ++c)
          bytes.push_back(static_cast<std::uint8_t>(x * 37 + y * 59 + c * 83 + x * y * 7));
  }

  rgb_view view() const { return {extent, bytes}; }
};

std::vector<int> resampled(const picture& source, const scaled_window& window) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(3 * window.side * window.side));
  resampler().write(source.view(), window, out);
  return {out.begin(), out.end()};
}

} // namespace

TEST_CASE("a box that shrinks has the bytes that Pillow gives for it") {
  REQUIRE(
    resampled(picture(9, 13), {.box = {.top = 1, .left = 2, .bottom = 8, .right = 12}, .scaled = {4, 4}, .side = 4})
    == std::vector<int>{139, 102, 129, 111, 145, 138, 125, 143, 118, 142, 132, 129, 114, 129, 102, 125,
                        128, 126, 127, 118, 133, 145, 117, 127, 158, 96,  138, 139, 135, 133, 135, 105,
                        113, 149, 103, 129, 120, 158, 161, 155, 151, 152, 148, 144, 145, 152, 133, 140});
}

TEST_CASE("a box that grows has the bytes that Pillow gives for it, and sees nothing beyond its edges") {
  REQUIRE(
    resampled(picture(9, 13), {.box = {.top = 2, .left = 3, .bottom = 5, .right = 6}, .scaled = {5, 5}, .side = 5})
    == std::vector<int>{15,  98,  181, 35,  118, 201, 66,  149, 232, 97,  180, 109, 117, 200, 27,  47,  130, 111, 68,
                        151, 132, 101, 184, 164, 133, 155, 105, 155, 135, 65,  95,  178, 5,   118, 201, 28,  153, 236,
                        63,  188, 117, 98,  211, 38,  121, 143, 72,  53,  168, 97,  78,  205, 135, 115, 150, 110, 153,
                        114, 94,  177, 175, 2,   85,  201, 28,  111, 240, 67,  150, 125, 106, 189, 49,  132, 215});
}

TEST_CASE("a window of the scaled picture is what cutting it out afterwards gives") {
  REQUIRE(
    resampled(picture(9, 13), {.box = {.bottom = 9, .right = 13}, .scaled = {6, 8}, .top = 1, .left = 2, .side = 4})
    == std::vector<int>{109, 110, 154, 108, 162, 122, 136, 143, 119, 105, 125, 144, 143, 138, 88,  126,
                        119, 129, 111, 119, 144, 142, 112, 125, 166, 106, 163, 137, 148, 125, 125, 101,
                        120, 140, 99,  109, 151, 170, 148, 155, 139, 158, 146, 152, 128, 133, 127, 146});
}

TEST_CASE("a box of its own size is the picture itself") {
  const picture source(7, 7);
  REQUIRE(resampled(source, {.box = {.bottom = 7, .right = 7}, .scaled = {7, 7}, .side = 7})
          == std::vector<int>(source.bytes.begin(), source.bytes.end()));
}

TEST_CASE("a box with edges within pixels lies between those that its edges lie between") {
  // Every pixel of a column has the same value, which rises by 10 from one column to the next.
  picture ramp(8, 8);
  for (std::size_t i = 0; i < ramp.bytes.size(); ++i)
    ramp.bytes[i] = static_cast<std::uint8_t>(i / 3 % 8 * 10);
  const auto out =
    resampled(ramp, {.box = {.top = 1, .left = 2.5, .bottom = 3, .right = 4.5}, .scaled = {2, 2}, .side = 2});
  // Pixel centres at 3 and 4, between the columns' centres at 2.5, 3.5 and 4.5.
  REQUIRE(out == std::vector<int>{25, 25, 25, 35, 35, 35, 25, 25, 25, 35, 35, 35});
}

TEST_CASE("a resampler used again for another picture gives what a new one gives") {
  resampler used;
  for (std::int64_t size = 3; size < 40; ++size) {
    const picture source(size, 2 * size);
    const scaled_window window{
      .box = {.top = 1, .bottom = static_cast<double>(size), .right = 2.0 * static_cast<double>(size) - 1},
      .scaled = {9, 11},
      .top = 1,
      .side = 8};
    std::vector<std::uint8_t> out(3 * 8 * 8);
    used.write(source.view(), window, out);
    REQUIRE(std::vector<int>(out.begin(), out.end()) == resampled(source, window));
  }
}
