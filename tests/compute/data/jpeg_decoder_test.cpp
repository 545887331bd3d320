#include "compute/data/jpeg_decoder.hpp"

#include "tests/catch.hpp"
#include "tests/compute/data/jpeg_files.hpp"

#include <algorithm>
#include <cmath>
#include <string>

using namespace paceline;

namespace {

// Soft waves, which JPEG keeps nearly as they are.
std::vector<std::uint8_t> waves(picture_extent extent, int channels) {
  std::vector<std::uint8_t> pixels;
  for (std::int64_t y = 0; y < extent.height; ++y)
    for (std::int64_t x = 0; x < extent.width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>(
          128 + 100 * std::sin(0.1 * static_cast<double>(x + c * 9)) * std::cos(0.08 * static_cast<double>(y))));
  return pixels;
}

int largest_difference(std::span<const std::uint8_t> one, const std::vector<std::uint8_t>& other) {
  REQUIRE(one.size() == other.size());
  int largest = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    largest = std::max(largest, std::abs(one[i] - other[i]));
  return largest;
}

std::string refusal_of(const std::vector<std::uint8_t>& file, std::int64_t most_pixels = jpeg_decoder::most_pixels) {
  jpeg_decoder decoder(most_pixels);
  try {
    const auto extent = decoder.open(file);
    REQUIRE(extent.height >= 1);
    REQUIRE(extent.width >= 1);
    decoder.decode(1);
  } catch (const damaged_picture& damaged) {
    return damaged.what();
  }
  return "none";
}

// The header of a file of another size, over the pixels of this one.
std::vector<std::uint8_t> with_claimed_size(std::vector<std::uint8_t> file, int height, int width) {
  const std::uint8_t baseline[] = {0xff, 0xc0};
  const auto frame = std::search(file.begin(), file.end(), std::begin(baseline), std::end(baseline));
  REQUIRE(frame != file.end());
  // Behind the marker: two bytes of length, one of precision.
  const std::uint8_t size[] = {static_cast<std::uint8_t>(height >> 8), static_cast<std::uint8_t>(height),
                               static_cast<std::uint8_t>(width >> 8), static_cast<std::uint8_t>(width)};
  std::copy(std::begin(size), std::end(size), frame + 5);
  return file;
}

} // namespace

TEST_CASE(
  "a picture is decoded to the pixels it was made of, be it of colours, greys or inks, in one pass or several") {
  const picture_extent extent{40, 61};
  const auto colours = waves(extent, 3);
  jpeg_decoder decoder;
  for (const bool progressive : {false, true}) {
    const auto file = jpeg_of(extent, colours, {.progressive = progressive});
    REQUIRE(decoder.open(file) == extent);
    const auto picture = decoder.decode(1);
    REQUIRE(picture.extent == extent);
    REQUIRE(largest_difference(picture.bytes, colours) <= 4);
  }

  const auto greys = waves(extent, 1);
  std::vector<std::uint8_t> as_colours;
  for (const auto grey : greys)
    as_colours.insert(as_colours.end(), 3, grey);
  const auto grey_file = jpeg_of(extent, greys, {.pixels = TJPF_GRAY});
  decoder.open(grey_file);
  REQUIRE(largest_difference(decoder.decode(1).bytes, as_colours) <= 4);

  // What is left of the paper's white by an ink and by black.
  const auto inks = waves(extent, 4);
  as_colours.clear();
  for (std::size_t i = 0; i < inks.size(); i += 4)
    for (std::size_t c = 0; c < 3; ++c)
      as_colours.push_back(static_cast<std::uint8_t>(inks[i + c] * inks[i + 3] / 255));
  const auto ink_file = jpeg_of(extent, inks, {.pixels = TJPF_CMYK});
  decoder.open(ink_file);
  REQUIRE(largest_difference(decoder.decode(1).bytes, as_colours) <= 6);
}

TEST_CASE("a picture is decoded at a half, a quarter and an eighth of its size, rounded up") {
  const picture_extent extent{41, 64};
  const auto file = plain_jpeg(extent, 200, 100, 50);
  jpeg_decoder decoder;
  for (const auto& [divisor, expected] : {std::pair{2, picture_extent{21, 32}}, std::pair{4, picture_extent{11, 16}},
                                          std::pair{8, picture_extent{6, 8}}}) {
    decoder.open(file);
    const auto picture = decoder.decode(divisor);
    REQUIRE(picture.extent == expected);
    REQUIRE(picture.bytes.size() == static_cast<std::size_t>(3 * expected.height * expected.width));
    REQUIRE(std::abs(picture.bytes[0] - 200) <= 2);
    REQUIRE(std::abs(picture.bytes.back() - 50) <= 2);
  }
}

TEST_CASE("a file that is no JPEG picture is refused with what is wrong with it") {
  REQUIRE(refusal_of({}) == "the file is empty");
  REQUIRE(refusal_of({0x89, 'P', 'N', 'G'}) == "no JPEG file: it does not begin with the bytes ff d8");
  REQUIRE(refusal_of({0xff}) == "no JPEG file: it does not begin with the bytes ff d8");
  REQUIRE(refusal_of({0xff, 0xd8}) == "the file ends before its picture begins");
}

TEST_CASE("a file that is cut short is refused wherever the cut is") {
  const picture_extent extent{24, 24};
  for (const bool progressive : {false, true}) {
    const auto file = jpeg_of(extent, waves(extent, 3), {.progressive = progressive});
    REQUIRE(refusal_of(file) == "none");
    for (std::size_t length = 0; length < file.size() - 2; ++length) {
      CAPTURE(progressive, length, file.size());
      REQUIRE(refusal_of({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)}) != "none");
    }
  }
}

TEST_CASE("a file with wrong data between its markers is refused, and the decoder goes on with the next") {
  const picture_extent extent{64, 64};
  const auto good = jpeg_of(extent, waves(extent, 3));
  auto bad = good;
  // A marker in the midst of the pixels' codes.
  bad[bad.size() / 2] = 0xff;
  bad[bad.size() / 2 + 1] = 0xd9;
  jpeg_decoder decoder;
  decoder.open(bad);
  REQUIRE_THROWS_AS(decoder.decode(1), damaged_picture);
  decoder.open(good);
  REQUIRE(decoder.decode(1).extent == extent);
}

TEST_CASE("stray bytes behind the pixels are not minded") {
  auto file = plain_jpeg({16, 16}, 10, 20, 30);
  file.insert(file.end() - 2, {0x12, 0x34, 0x56});
  REQUIRE(refusal_of(file) == "none");
  file.insert(file.end(), 100, 0);
  REQUIRE(refusal_of(file) == "none");
}

TEST_CASE("a header that claims more pixels than are allowed is refused before any memory is taken for them") {
  const auto small = plain_jpeg({16, 16}, 10, 20, 30);
  REQUIRE(refusal_of(with_claimed_size(small, 65500, 65500))
          == "found 65500x65500 pixels, allowed are 67108864 in all");
  REQUIRE(refusal_of(small, 255) == "found 16x16 pixels, allowed are 255 in all");
  REQUIRE(refusal_of(small, 256) == "none");
  // One that is allowed, and has no such pixels.
  REQUIRE(refusal_of(with_claimed_size(small, 8000, 8000)) != "none");
}
