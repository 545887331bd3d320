#include "compute/data/glyph_shapes.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <string>

using namespace paceline;

namespace {

constexpr int grid = 64;

// The shape turned by some angle and mirrored or not, sampled on a grid over the square of side 2.
std::array<bool, grid * grid> sample(const glyph_shape& shape, double angle, bool mirrored) {
  std::array<bool, grid * grid> inside{};
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const auto x = (static_cast<double>(i % grid) + 0.5) / (grid / 2) - 1;
    const auto y = (static_cast<double>(i / grid) + 0.5) / (grid / 2) - 1;
    const auto turned_x = static_cast<float>(std::cos(angle) * x + std::sin(angle) * y);
    const auto turned_y = static_cast<float>(std::cos(angle) * y - std::sin(angle) * x);
    inside[i] = shape.distance({mirrored ? -turned_x : turned_x, turned_y}) < 0;
  }
  return inside;
}

} // namespace

TEST_CASE("a glyph's outline stays near the unit circle and its inside is of a useful size") {
  for (const auto& shape : glyph_shapes) {
    INFO(std::string(shape.name));
    for (int step = 0; step < 360; ++step) {
      const auto angle = step * 3.14159265358979 / 180;
      REQUIRE(shape.distance({static_cast<float>(1.2 * std::cos(angle)), static_cast<float>(1.2 * std::sin(angle))})
              > 0);
    }
    const auto inside = sample(shape, 0, false);
    const auto area = std::count(inside.begin(), inside.end(), true) * 4.0 / (grid * grid);
    REQUIRE((area > 0.5 && area < 2.5));
  }
}

TEST_CASE("a glyph's distance changes by no more than the way and points outwards") {
  for (const auto& shape : glyph_shapes) {
    INFO(std::string(shape.name));
    for (int y = -30; y <= 30; ++y)
      for (int x = -30; x < 30; ++x) {
        const glyph_point here{static_cast<float>(x) / 20, static_cast<float>(y) / 20};
        const glyph_point beside{static_cast<float>(x + 1) / 20, static_cast<float>(y) / 20};
        REQUIRE(std::abs(shape.distance(beside) - shape.distance(here)) <= 0.0501f);
      }
    REQUIRE(shape.distance({3, 3}) > 1);
  }
}

TEST_CASE("no glyph becomes another one when it is turned or mirrored") {
  for (std::size_t i = 0; i < glyph_shapes.size(); ++i) {
    const auto upright = sample(glyph_shapes[i], 0, false);
    for (std::size_t j = 0; j < glyph_shapes.size(); ++j) {
      if (i == j)
        continue;
      INFO(std::string(glyph_shapes[i].name) << " and " << std::string(glyph_shapes[j].name));
      for (int step = 0; step < 72; ++step) {
        for (const bool mirrored : {false, true}) {
          const auto other = sample(glyph_shapes[j], step * 5 * 3.14159265358979 / 180, mirrored);
          std::size_t different = 0;
          std::size_t covered = 0;
          for (std::size_t k = 0; k < upright.size(); ++k) {
            different += upright[k] != other[k] ? 1 : 0;
            covered += upright[k] || other[k] ? 1 : 0;
          }
          REQUIRE(different > covered / 8);
        }
      }
    }
  }
}
