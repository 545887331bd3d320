#include "cluster/report/figure.hpp"

#include "tests/catch.hpp"

#include <limits>

using namespace paceline;

TEST_CASE("a figure shows something as soon as it has a span or a point or a band that has a place on its axes") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  REQUIRE_FALSE(shows_something({}));
  REQUIRE_FALSE(shows_something({.curves = {{.label = "a"}}}));
  REQUIRE_FALSE(shows_something({.curves = {{.points = {{1, nan}}}}}));
  REQUIRE(shows_something({.curves = {{}, {.points = {{1, nan}, {1, 2}}}}}));
  REQUIRE_FALSE(shows_something({.y = {.logarithmic = true}, .curves = {{.points = {{1, 0}}, .band = {{0, 0, 2}}}}}));
  REQUIRE(shows_something({.curves = {{.band = {{0, 0, 2}}}}}));
  REQUIRE(shows_something({.curves = {{.spans = {{0, 1, 2}}}}}));
}

TEST_CASE("an axis is logarithmic for numbers above zero that differ by a large factor, and for no others") {
  const auto suits = [](std::vector<figure_point> points, std::vector<figure_band_point> band = {}) {
    return suits_logarithm({{.points = std::move(points), .band = std::move(band)}});
  };
  REQUIRE_FALSE(suits({}));
  REQUIRE_FALSE(suits({{0, 1}, {1, 2}}));
  REQUIRE(suits({{0, 1}, {1, 31}}));
  REQUIRE_FALSE(suits({{0, 0}, {1, 31}}));
  REQUIRE(suits({{0, 1}, {1, 2}}, {{0, 0.01, 3}}));
  REQUIRE_FALSE(suits({{0, 1}, {1, 31}}, {{0, -1, 3}}));
}
