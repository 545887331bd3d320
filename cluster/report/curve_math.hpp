#pragma once

#include "cluster/report/figure.hpp"

#include <cstddef>
#include <vector>

namespace paceline {

// What turns measurements into curves. Points are in the order of their x.

/// More points than this make a file large and no drawing better.
inline constexpr std::size_t most_curve_points = 2000;

/// A curve, and the band around it.
struct banded_curve {
  std::vector<figure_point> points{};
  std::vector<figure_band_point> band{};
};

/// At most about `most` of the points, so chosen that the drawing looks the same: of each stretch of the curve the lowest and the highest
/// one stay, and so do the first and the last. Requires most >= 4.
std::vector<figure_point> thinned(const std::vector<figure_point>& points, std::size_t most = most_curve_points);

/// Spans of one lane with less than 1/`most` of the whole length between them become one, where there are more than `most` of them. Requires
/// spans in the order of their beginnings.
std::vector<figure_span> thinned(const std::vector<figure_span>& spans, std::size_t most = most_curve_points);

/// y of the curve at x, straight between its points. Requires at least one point, and x within them.
double value_at(const std::vector<figure_point>& points, double x);

/// The mean of several curves, and from the least to the greatest of them as band, where at least two of them are; at the x of the curve
/// that has most points. Each counts as far as it reaches; the mean ends where the first of those ends that came at least half as far as
/// the furthest, so that it does not jump where one after the other ends. One curve stays as it is, without a band. Empty curves do not count.
banded_curve mean_of_curves(const std::vector<std::vector<figure_point>>& curves);

/// The median of all points in each of some equal stretches of x, and the band from their 10th to their 90th percentile. A stretch
/// without a point is left out.
banded_curve quantiles_over_x(std::vector<figure_point> points);

/// How fast a growing count grows: its rise for each unit of x, over at most `stretches` equal stretches of x, at their middles.
std::vector<figure_point> rates_of(const std::vector<figure_point>& totals, std::size_t stretches = 60);

} // namespace paceline
