#include "compute/data/image_set.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <set>
#include <vector>

using namespace paceline;

namespace {

// One picture of 3 x 4 x 5 whose pixel (c, y, x) has the value 100 c + 10 y + x + 1.
image_set make_numbered_picture() {
  image_set data;
  data.height = 4;
  data.width = 5;
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 5; ++x)
        data.pixels.push_back(static_cast<std::uint8_t>(100 * (c % 2) + 10 * y + x + 1));
  data.labels = {0};
  // Leaves pixel values as they are: x / 255 / (1 / 255).
  data.stddev = {1 / 255.0f, 1 / 255.0f, 1 / 255.0f};
  return data;
}

std::vector<int> rounded(const std::vector<float>& values) {
  std::vector<int> result;
  for (const auto value : values)
    result.push_back(static_cast<int>(value + 0.5f));
  return result;
}

std::vector<int> train_cut(const image_set& data, const augmentation& how, std::uint64_t seed) {
  std::vector<float> out(static_cast<std::size_t>(3 * how.crop * how.crop));
  REQUIRE(data.prepare_for_training(0, how, seed, out));
  return rounded(out);
}

std::vector<int> test_cut(const image_set& data, const augmentation& how) {
  std::vector<float> out(static_cast<std::size_t>(3 * how.crop * how.crop));
  REQUIRE(data.prepare_for_test(0, how, out));
  return rounded(out);
}

} // namespace

TEST_CASE("a test picture is the centre, whatever the padding") {
  const auto data = make_numbered_picture();
  const std::vector<int> centre = {12, 13, 22, 23, 112, 113, 122, 123, 12, 13, 22, 23};
  REQUIRE(test_cut(data, {.crop = 2, .padding = 0}) == centre);
  REQUIRE(test_cut(data, {.crop = 2, .padding = 3}) == centre);
}

TEST_CASE("a test picture larger than the picture has a black frame") {
  const auto cut = test_cut(make_numbered_picture(), {.crop = 6, .padding = 1});
  const std::vector<int> first_rows = {0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0};
  REQUIRE(std::equal(first_rows.begin(), first_rows.end(), cut.begin()));
}

TEST_CASE("pixels are scaled to one, then normalised by their channel's mean and deviation") {
  auto data = make_numbered_picture();
  data.mean = {0.5f, 0.25f, 0.125f};
  data.stddev = {0.5f, 0.25f, 2.0f};
  std::vector<float> out(3 * 2 * 2);
  data.prepare_for_test(0, {.crop = 2}, out);
  REQUIRE(out[0] == Approx((12 / 255.0 - 0.5) / 0.5));
  REQUIRE(out[4] == Approx((112 / 255.0 - 0.25) / 0.25));
  REQUIRE(out[8] == Approx((12 / 255.0 - 0.125) / 2));
}

TEST_CASE("padding is black before normalisation") {
  auto data = make_numbered_picture();
  data.mean = {0.5f, 0.5f, 0.5f};
  data.stddev = {0.25f, 0.25f, 0.25f};
  std::vector<float> out(3 * 6 * 6);
  data.prepare_for_test(0, {.crop = 6}, out);
  REQUIRE(out.front() == Approx(-2));
  REQUIRE(out.back() == Approx(-2));
}

TEST_CASE("random crops take every place of the padded picture, mirrored or not, and nothing else") {
  const auto data = make_numbered_picture();
  // Padded by 1 the picture is 6 x 7: 5 x 6 places for a crop of 2, all different.
  const augmentation with_flip{.crop = 2, .padding = 1, .flip = true};
  std::set<std::vector<int>> plain;
  std::set<std::vector<int>> all;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    plain.insert(train_cut(data, {.crop = 2, .padding = 1, .flip = false}, seed));
    all.insert(train_cut(data, with_flip, seed));
  }
  REQUIRE(plain.size() == 30);
  REQUIRE(all.size() == 60);
  for (const auto& cut : all) {
    auto mirrored = cut;
    for (std::size_t i = 0; i < mirrored.size(); i += 2)
      std::swap(mirrored[i], mirrored[i + 1]);
    REQUIRE(plain.count(cut) + plain.count(mirrored) == 1);
  }
  REQUIRE(plain.count({0, 0, 0, 1, 0, 0, 0, 101, 0, 0, 0, 1}) == 1);
  REQUIRE(plain.count({35, 0, 0, 0, 135, 0, 0, 0, 35, 0, 0, 0}) == 1);
}

TEST_CASE("a crop that does not fit the padded pictures is refused with what would fit") {
  const auto pictures = make_numbered_picture();
  REQUIRE_THROWS_WITH(pictures.require_fit({.crop = 7, .padding = 1}),
                      "a crop of 7 with a padding of 1 does not fit pictures of 4x5: allowed are 1 to 6");
  REQUIRE_THROWS_AS(pictures.require_fit({.crop = 0}), invalid_input);
  REQUIRE_THROWS_AS(pictures.require_fit({.crop = 1, .padding = -1}), invalid_input);
  REQUIRE_NOTHROW(pictures.require_fit({.crop = 6, .padding = 1}));
}
