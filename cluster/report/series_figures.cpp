#include "cluster/report/series_figures.hpp"

#include <algorithm>

namespace paceline {

namespace {

/// Of more points the marks would hide the line.
constexpr std::size_t most_marks = 24;

figure_curve curve_of(const run_series& series, const series_quantity& quantity, series_curve how) {
  std::vector<std::vector<figure_point>> runs;
  for (const auto& run : series.runs)
    runs.push_back(thinned(quantity.points(run)));
  banded_curve made;
  if (how == series_curve::mean) {
    made = mean_of_curves(runs);
  } else {
    // Of all points: thinning keeps what is rare.
    std::vector<figure_point> all;
    for (const auto& run : series.runs) {
      const auto points = quantity.points(run);
      all.insert(all.end(), points.begin(), points.end());
    }
    made = quantiles_over_x(std::move(all));
  }
  const auto style = made.points.size() <= most_marks ? curve_style::marked_lines : curve_style::lines;
  return {.style = style, .points = std::move(made.points), .band = std::move(made.band)};
}

std::string caption_of_bands(const figure& f, series_curve how) {
  if (std::all_of(f.curves.begin(), f.curves.end(), [](const auto& curve) { return curve.band.empty(); }))
    return "";
  if (how == series_curve::quantiles)
    return " Line: median over all seeds of a series; band: 10th to 90th percentile.";
  return " Line: mean over the seeds of a series; band: from the least to the greatest of them.";
}

/// How far the longest of all runs came.
double end_of(const std::vector<run_series>& series, progress_axis axis) {
  double longest = 0;
  for (const auto& each : series)
    for (const auto& run : each.runs)
      if (axis == progress_axis::time)
        longest = std::max(longest, run.training_seconds);
      else if (!run.workers.empty())
        longest = std::max(longest, run.total_steps / static_cast<double>(run.workers.size()));
  return longest;
}

void finish(figure& f, const series_figure& kind) {
  f.y.logarithmic = kind.may_be_logarithmic && suits_logarithm(f.curves);
  f.caption += caption_of_bands(f, kind.how);
}

} // namespace

std::vector<figure> figures_of(const std::vector<run_series>& series, const series_figure& kind) {
  std::vector<figure> figures;
  if (series.size() == 1) {
    auto f = kind.frame;
    for (const auto& quantity : kind.quantities) {
      auto curve = curve_of(series.front(), quantity, kind.how);
      // One curve alone is what the title says.
      if (kind.quantities.size() > 1)
        curve.label = quantity.name;
      curve.colour = f.curves.size();
      f.curves.push_back(std::move(curve));
    }
    finish(f, kind);
    return {std::move(f)};
  }
  for (const auto& quantity : kind.quantities) {
    auto f = kind.frame;
    if (kind.quantities.size() > 1) {
      f.stem += "-" + quantity.name;
      f.title += ": " + quantity.name;
    }
    for (const auto& each : series) {
      auto curve = curve_of(each, quantity, kind.how);
      curve.label = each.name;
      curve.colour = f.curves.size();
      f.curves.push_back(std::move(curve));
    }
    // Those without a point have no place in the legend; the colours of the others stay theirs.
    std::erase_if(f.curves, [](const auto& curve) { return curve.points.empty(); });
    finish(f, kind);
    figures.push_back(std::move(f));
  }
  return figures;
}

axis_unit unit_of(const std::vector<run_series>& series, progress_axis axis) {
  const auto longest = end_of(series, axis);
  return axis == progress_axis::time ? time_unit(longest) : count_unit(longest);
}

figure_axis x_axis_of(const std::vector<run_series>& series, progress_axis axis) {
  const auto unit = unit_of(series, axis);
  figure_axis x{.label = axis_label(words_for(axis), unit), .low = 0};
  if (const auto end = end_of(series, axis); end > 0)
    x.high = end / unit.size;
  return x;
}

std::string stem_of(progress_axis axis) {
  return axis == progress_axis::time ? "time" : "steps";
}

std::string words_for(progress_axis axis) {
  return axis == progress_axis::time ? "training time" : "steps a worker";
}

} // namespace paceline
