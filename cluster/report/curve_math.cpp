#include "cluster/report/curve_math.hpp"

#include <algorithm>
#include <cassert>
#include <map>

namespace paceline {

namespace {

bool is_before(const figure_point& a, const figure_point& b) {
  return a.x < b.x;
}

/// The value below which that share of them lies. Requires sorted values, at least one.
double quantile_of_sorted(const std::vector<double>& sorted, double share) {
  const auto place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Where all curves' mean ends.
double end_of_mean(const std::vector<std::vector<figure_point>>& curves) {
  constexpr double about_as_far = 0.5;
  double furthest = curves.front().back().x;
  for (const auto& curve : curves)
    furthest = std::max(furthest, curve.back().x);
  auto end = furthest;
  for (const auto& curve : curves)
    if (curve.back().x >= about_as_far * furthest)
      end = std::min(end, curve.back().x);
  return end;
}

/// The places at which a mean is taken.
std::vector<double> places_of_mean(const std::vector<std::vector<figure_point>>& curves) {
  const auto end = end_of_mean(curves);
  double begin = curves.front().front().x;
  for (const auto& curve : curves)
    if (curve.front().x <= end)
      begin = std::max(begin, curve.front().x);
  begin = std::min(begin, end);
  const auto& densest =
    *std::max_element(curves.begin(), curves.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  std::vector<double> places{begin};
  for (const auto& point : densest)
    if (point.x > places.back() && point.x < end)
      places.push_back(point.x);
  if (end > places.back())
    places.push_back(end);
  return places;
}

} // namespace

std::vector<figure_point> thinned(const std::vector<figure_point>& points, std::size_t most) {
  assert(most >= 4);
  if (points.size() <= most)
    return points;
  std::vector<figure_point> kept{points.front()};
  const auto stretches = (most - 2) / 2;
  const auto inner = points.size() - 2;
  for (std::size_t i = 0; i < stretches; ++i) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(1 + i * inner / stretches);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>(1 + (i + 1) * inner / stretches);
    auto [low, high] =
      std::minmax_element(begin, end, [](const figure_point& a, const figure_point& b) { return a.y < b.y; });
    if (high < low)
      std::swap(low, high);
    kept.push_back(*low);
    if (low != high)
      kept.push_back(*high);
  }
  kept.push_back(points.back());
  return kept;
}

std::vector<figure_span> thinned(const std::vector<figure_span>& spans, std::size_t most) {
  if (spans.size() <= most)
    return spans;
  auto end = spans.front().end;
  for (const auto& span : spans)
    end = std::max(end, span.end);
  const auto gap = (end - spans.front().begin) / static_cast<double>(most);
  std::vector<figure_span> kept;
  // The place of each lane's latest one.
  std::map<std::size_t, std::size_t> latest;
  for (const auto& span : spans) {
    const auto [found, is_first] = latest.try_emplace(span.lane, kept.size());
    if (!is_first && span.begin - kept[found->second].end < gap) {
      kept[found->second].end = std::max(kept[found->second].end, span.end);
      continue;
    }
    found->second = kept.size();
    kept.push_back(span);
  }
  return kept;
}

double value_at(const std::vector<figure_point>& points, double x) {
  assert(!points.empty());
  const auto after = std::lower_bound(points.begin(), points.end(), figure_point{x, 0}, is_before);
  if (after == points.end())
    return points.back().y;
  if (after == points.begin() || after->x == x)
    return after->y;
  const auto& before = *(after - 1);
  return before.y + (after->y - before.y) * (x - before.x) / (after->x - before.x);
}

banded_curve mean_of_curves(const std::vector<std::vector<figure_point>>& curves) {
  std::vector<std::vector<figure_point>> filled;
  for (const auto& curve : curves)
    if (!curve.empty())
      filled.push_back(curve);
  if (filled.empty())
    return {};
  if (filled.size() == 1)
    return {.points = filled.front()};
  banded_curve mean;
  for (const auto x : places_of_mean(filled)) {
    double sum = 0;
    std::size_t count = 0;
    figure_band_point band{.x = x};
    for (const auto& curve : filled) {
      if (x < curve.front().x || x > curve.back().x)
        continue;
      const auto y = value_at(curve, x);
      band.low = count == 0 ? y : std::min(band.low, y);
      band.high = count == 0 ? y : std::max(band.high, y);
      sum += y;
      ++count;
    }
    if (count == 0)
      continue;
    mean.points.push_back({x, sum / static_cast<double>(count)});
    if (count >= 2)
      mean.band.push_back(band);
  }
  return mean;
}

banded_curve quantiles_over_x(std::vector<figure_point> points) {
  constexpr std::size_t most_stretches = 40;
  constexpr std::size_t points_for_quantiles = 8;
  if (points.empty())
    return {};
  std::stable_sort(points.begin(), points.end(), is_before);
  const auto begin = points.front().x;
  const auto length = points.back().x - begin;
  const auto stretches = std::clamp<std::size_t>(points.size() / points_for_quantiles, 1, most_stretches);
  std::vector<std::vector<double>> values(stretches);
  for (const auto& point : points) {
    const auto share = length > 0 ? (point.x - begin) / length : 0;
    values[std::min(stretches - 1, static_cast<std::size_t>(share * static_cast<double>(stretches)))].push_back(
      point.y);
  }
  banded_curve quantiles;
  for (std::size_t i = 0; i < stretches; ++i) {
    auto& all = values[i];
    if (all.empty())
      continue;
    std::sort(all.begin(), all.end());
    const auto x = begin + length * (static_cast<double>(i) + 0.5) / static_cast<double>(stretches);
    quantiles.points.push_back({x, quantile_of_sorted(all, 0.5)});
    quantiles.band.push_back({x, quantile_of_sorted(all, 0.1), quantile_of_sorted(all, 0.9)});
  }
  return quantiles;
}

std::vector<figure_point> rates_of(const std::vector<figure_point>& totals, std::size_t stretches) {
  constexpr std::size_t points_for_rate = 3;
  if (totals.size() < 2 || !(totals.back().x > totals.front().x))
    return {};
  const auto count = std::clamp<std::size_t>(totals.size() / points_for_rate, 1, stretches);
  const auto begin = totals.front().x;
  const auto width = (totals.back().x - begin) / static_cast<double>(count);
  std::vector<figure_point> rates;
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = begin + width * static_cast<double>(i);
    rates.push_back({from + width / 2, (value_at(totals, from + width) - value_at(totals, from)) / width});
  }
  return rates;
}

} // namespace paceline
