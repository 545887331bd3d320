#pragma once

#include "cluster/report/axis_unit.hpp"
#include "cluster/report/curve_math.hpp"
#include "cluster/report/figure.hpp"
#include "cluster/report/run_series.hpp"

#include <functional>
#include <string>
#include <vector>

namespace paceline {

/// Something that each run has a curve of.
struct series_quantity {
  /// In stems and in titles or legends: "centre".
  std::string name{};
  std::function<std::vector<figure_point>(const run_data&)> points{};
};

/// How the curves of the runs of a series become one.
enum class series_curve : std::uint8_t {
  /// mean_of_curves.
  mean,
  /// quantiles_over_x of all of them together.
  quantiles,
};

/// One kind of figure of all series.
struct series_figure {
  /// All but the curves. Where the series are several and so are the quantities, stem and title are the beginnings of theirs.
  figure frame{};
  std::vector<series_quantity> quantities{};
  series_curve how = series_curve::mean;
  /// Whether y is logarithmic where that suits the numbers.
  bool may_be_logarithmic = false;
};

/// Of one series one figure with all quantities; of several series a figure for each quantity, with a colour for each series. Captions
/// say what the bands are, where there are any.
std::vector<figure> figures_of(const std::vector<run_series>& series, const series_figure& kind);

/// An x axis of training time in seconds, or of steps a worker, in a unit that suits all runs.
enum class progress_axis : std::uint8_t { time, steps };

axis_unit unit_of(const std::vector<run_series>& series, progress_axis axis);
figure_axis x_axis_of(const std::vector<run_series>& series, progress_axis axis);

/// "time" or "steps", for stems.
std::string stem_of(progress_axis axis);
/// "training time" or "steps a worker", for titles.
std::string words_for(progress_axis axis);

} // namespace paceline
