#include "cluster/report/figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paceline {

bool can_stand_on(const figure_axis& axis, double value) {
  return std::isfinite(value) && !(axis.logarithmic && value <= 0);
}

bool shows_something(const figure& f) {
  const auto stands = [&](double x, double y) { return can_stand_on(f.x, x) && can_stand_on(f.y, y); };
  return std::any_of(f.curves.begin(), f.curves.end(), [&](const figure_curve& curve) {
    return !curve.spans.empty()
           || std::any_of(curve.points.begin(), curve.points.end(), [&](const auto& p) { return stands(p.x, p.y); })
           || std::any_of(curve.band.begin(), curve.band.end(),
                          [&](const auto& p) { return stands(p.x, p.low) && stands(p.x, p.high); });
  });
}

bool suits_logarithm(const std::vector<figure_curve>& curves, double least_ratio) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto widen = [&](double value) {
    if (!std::isfinite(value))
      return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& curve : curves) {
    for (const auto& point : curve.points)
      widen(point.y);
    for (const auto& point : curve.band) {
      widen(point.low);
      widen(point.high);
    }
  }
  return low > 0 && high > least_ratio * low;
}

} // namespace paceline
