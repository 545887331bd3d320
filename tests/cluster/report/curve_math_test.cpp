#include "cluster/report/curve_math.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

std::vector<std::pair<double, double>> pairs(const std::vector<figure_point>& points) {
  std::vector<std::pair<double, double>> result;
  for (const auto& point : points)
    result.emplace_back(point.x, point.y);
  return result;
}

using pair_list = std::vector<std::pair<double, double>>;

} // namespace

TEST_CASE("a curve of few points is not thinned") {
  const std::vector<figure_point> points{{0, 1}, {1, 5}, {2, 3}};
  REQUIRE(pairs(thinned(points, 4)) == pairs(points));
}

TEST_CASE("thinning keeps ends, peaks and troughs, in order and within the bound") {
  std::vector<figure_point> points;
  for (int i = 0; i < 100'000; ++i)
    points.push_back({static_cast<double>(i), i == 33'333 ? 50.0 : i == 77'777 ? -50.0 : i % 7});
  const auto kept = thinned(points, 2000);
  REQUIRE(kept.size() <= 2000);
  REQUIRE(kept.size() > 1500);
  REQUIRE(kept.front().x == 0);
  REQUIRE(kept.back().x == 99'999);
  int extremes = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    extremes += kept[i].y == 50 || kept[i].y == -50 ? 1 : 0;
    if (i > 0)
      REQUIRE(kept[i - 1].x < kept[i].x);
  }
  REQUIRE(extremes == 2);
}

TEST_CASE("spans of one lane that lie close together become one where they are many") {
  const std::vector<figure_span> spans{{0, 1, 0}, {1, 2, 1}, {2, 30, 0}, {90, 100, 1}};
  REQUIRE(thinned(spans, 4).size() == 4);
  const auto kept = thinned(spans, 3);
  REQUIRE(kept.size() == 3);
  REQUIRE(kept[0].begin == 0);
  REQUIRE(kept[0].end == 30);
  REQUIRE(kept[1].end == 2);
  REQUIRE(kept[2].begin == 90);
}

TEST_CASE("between its points a curve is straight") {
  const std::vector<figure_point> points{{0, 0}, {2, 4}, {2, 6}, {4, 6}};
  REQUIRE(value_at(points, 0) == 0);
  REQUIRE(value_at(points, 1) == 2);
  REQUIRE(value_at(points, 2) == 4);
  REQUIRE(value_at(points, 3) == 6);
  REQUIRE(value_at(points, 4) == 6);
}

TEST_CASE("the mean of one curve is the curve, without a band") {
  const auto mean = mean_of_curves({{}, {{0, 1}, {1, 2}}});
  REQUIRE(pairs(mean.points) == pair_list{{0, 1}, {1, 2}});
  REQUIRE(mean.band.empty());
  REQUIRE(mean_of_curves({}).points.empty());
}

TEST_CASE("the mean of several curves has a band from the least to the greatest") {
  const auto mean = mean_of_curves({{{0, 0}, {10, 10}}, {{0, 4}, {5, 4}, {10, 4}}});
  REQUIRE(pairs(mean.points) == pair_list{{0, 2}, {5, 4.5}, {10, 7}});
  REQUIRE(mean.band.size() == 3);
  REQUIRE(mean.band[0].low == 0);
  REQUIRE(mean.band[0].high == 4);
  REQUIRE(mean.band[2].low == 4);
  REQUIRE(mean.band[2].high == 10);
}

TEST_CASE("the mean begins where all have begun and ends where the first of the long ones ends") {
  const auto mean = mean_of_curves({{{0, 1}, {10, 1}}, {{1, 3}, {5, 3}, {6.5, 3}}});
  REQUIRE(pairs(mean.points) == pair_list{{1, 2}, {5, 2}, {6.5, 2}});
}

TEST_CASE("a curve that ends early counts as far as it reaches") {
  const auto mean = mean_of_curves({{{0, 1}, {2, 1}, {4, 1}, {10, 1}}, {{0, 3}, {3, 3}}});
  REQUIRE(pairs(mean.points) == pair_list{{0, 2}, {2, 2}, {4, 1}, {10, 1}});
  REQUIRE(mean.band.size() == 2);
}

TEST_CASE("quantiles over x are those of all points of a stretch") {
  std::vector<figure_point> points;
  for (int i = 0; i <= 10; ++i) {
    points.push_back({i / 100.0, static_cast<double>(i)});
    points.push_back({1 - i / 100.0, 100.0 + i});
  }
  const auto quantiles = quantiles_over_x(points);
  REQUIRE(quantiles.points.size() == 2);
  REQUIRE(pairs(quantiles.points) == pair_list{{0.25, 5}, {0.75, 105}});
  REQUIRE(quantiles.band[0].low == Approx(1));
  REQUIRE(quantiles.band[0].high == Approx(9));
  REQUIRE(quantiles_over_x({}).points.empty());
  REQUIRE(pairs(quantiles_over_x({{3, 7}}).points) == pair_list{{3, 7}});
}

TEST_CASE("rates are rises for each unit of x") {
  REQUIRE(rates_of({{0, 5}}).empty());
  REQUIRE(rates_of({{1, 5}, {1, 6}}).empty());
  REQUIRE(pairs(rates_of({{0, 0}, {2, 20}})) == pair_list{{1, 10}});
  REQUIRE(pairs(rates_of({{0, 0}, {1, 10}, {2, 20}, {3, 20}, {4, 20}, {4, 20}})) == pair_list{{1, 10}, {3, 0}});
}
