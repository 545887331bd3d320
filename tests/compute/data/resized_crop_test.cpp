#include "compute/data/resized_crop.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace paceline;

TEST_CASE("random boxes have the areas and shapes that were asked for and lie in the picture") {
  const picture_extent picture{300, 400};
  double smallest = 1;
  double largest = 0;
  double narrowest = 2;
  double widest = 0;
  std::int64_t top = 300;
  std::int64_t bottom = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    counter_random random(seed);
    const auto box = random_box(picture, 0.25, random);
    REQUIRE(box.top >= 0);
    REQUIRE(box.left >= 0);
    REQUIRE(box.top + box.height <= 300);
    REQUIRE(box.left + box.width <= 400);
    const auto area = static_cast<double>(box.height * box.width) / (300 * 400);
    const auto shape = static_cast<double>(box.width) / static_cast<double>(box.height);
    smallest = std::min(smallest, area);
    largest = std::max(largest, area);
    narrowest = std::min(narrowest, shape);
    widest = std::max(widest, shape);
    top = std::min(top, box.top);
    bottom = std::max(bottom, box.top + box.height);
  }
  // A pixel more or less of some 150.
  REQUIRE(smallest == Approx(0.25).margin(0.004));
  REQUIRE(largest == Approx(1).margin(0.01));
  REQUIRE(narrowest == Approx(0.75).margin(0.01));
  REQUIRE(widest == Approx(4.0 / 3).margin(0.01));
  REQUIRE(top == 0);
  REQUIRE(bottom == 300);
}

TEST_CASE("areas are drawn evenly and shapes evenly on a logarithmic scale") {
  const picture_extent picture{1000, 1000};
  int small = 0;
  int upright = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    counter_random random(seed);
    const auto box = random_box(picture, 0.08, random);
    // Below half of what fits in any shape, so that draws that do not fit have no part in it.
    small += box.height * box.width < (0.08 + 0.92 / 4) * 1e6 ? 1 : 0;
    upright += box.height > box.width ? 1 : 0;
  }
  // Of areas of up to 3/4 a share of 0.23 / 0.67 is below; larger ones fit less and less often.
  REQUIRE(small > 4000 * 0.25);
  REQUIRE(small < 4000 * 0.34);
  REQUIRE(upright == Approx(2000).margin(150));
}

TEST_CASE("where no draw fits the largest middle part of an allowed shape is taken") {
  counter_random random(1);
  REQUIRE(random_box({10, 1000}, 0.9, random) == pixel_box{0, 493, 10, 13});
  REQUIRE(random_box({1000, 10}, 0.9, random) == pixel_box{493, 0, 13, 10});
  REQUIRE(random_box({1, 1}, 0.08, random) == pixel_box{0, 0, 1, 1});
}

// torchvision: Resize(256) gives int(256 * longer / shorter), CenterCrop(224) begins at int(round((side - 224) / 2)).
TEST_CASE("a test shows the middle of the picture whose shorter side was scaled") {
  const auto wide = middle_of({375, 500}, 256, 224);
  REQUIRE(wide.scaled == picture_extent{256, 341});
  REQUIRE(wide.top == 16);
  REQUIRE(wide.left == 58); // 58.5, to the even neighbour
  REQUIRE(wide.side == 224);
  REQUIRE(wide.box.bottom == 375);
  REQUIRE(wide.box.right == 500);
  const auto tall = middle_of({500, 333}, 256, 224);
  REQUIRE(tall.scaled == picture_extent{384, 256});
  REQUIRE(tall.top == 80);
  const auto small = middle_of({32, 32}, 32, 28);
  REQUIRE(small.scaled == picture_extent{32, 32});
  REQUIRE(small.left == 2);
}

TEST_CASE("a picture is divided as far as what is shown stays as large as it is scaled to") {
  const auto divisor_of = [](std::int64_t height, std::int64_t width) {
    return divisor_for(whole_box({7, 9, height, width}, 224));
  };
  REQUIRE(divisor_of(447, 1000) == 1);
  REQUIRE(divisor_of(448, 448) == 2);
  REQUIRE(divisor_of(1000, 895) == 2);
  REQUIRE(divisor_of(896, 896) == 4);
  REQUIRE(divisor_of(1792, 1792) == 8);
  REQUIRE(divisor_of(9000, 9000) == 8);
  REQUIRE(divisor_for(middle_of({500, 600}, 256, 224)) == 1);
  REQUIRE(divisor_for(middle_of({600, 513}, 256, 224)) == 2);
}

TEST_CASE("a divided window shows the same part, within the picture's last pixels") {
  const auto window = divided(whole_box({10, 21, 70, 50}, 20), 2, {41, 36});
  REQUIRE(window.box.top == 5);
  REQUIRE(window.box.left == 10.5);
  REQUIRE(window.box.bottom == 40);
  REQUIRE(window.box.right == 35.5);
  REQUIRE(window.scaled == picture_extent{20, 20});
}
