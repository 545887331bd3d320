#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

struct figure_point {
  double x = 0;
  double y = 0;
};

/// At `x` the band reaches from `low` to `high`.
struct figure_band_point {
  double x = 0;
  double low = 0;
  double high = 0;
};

/// Lane `lane` is taken from `begin` to `end` on the x axis.
struct figure_span {
  double begin = 0;
  double end = 0;
  std::size_t lane = 0;
};

enum class curve_style : std::uint8_t {
  lines,
  points,
  /// Lines with a mark at each point: for few points.
  marked_lines,
  /// Each y holds until the next point.
  steps,
  /// A bar from zero at each point; bars of several curves stand side by side, the curve's band becomes error bars.
  bars,
  /// Thick bars along the x axis, one row for each lane; `spans` says where. The y axis needs names.
  lanes,
};

/// One line, cloud, row of bars or set of spans of a figure.
struct figure_curve {
  /// In the legend; a curve without one is not there.
  std::string label{};
  curve_style style = curve_style::lines;
  /// In the order in which they are joined. A number that is not finite, or not above zero on a logarithmic axis, breaks the line.
  std::vector<figure_point> points{};
  /// Drawn behind all curves, in the curve's colour; empty for none.
  std::vector<figure_band_point> band{};
  std::vector<figure_span> spans{};
  /// Curves of one number have one colour; its place in the figure where empty.
  std::optional<std::size_t> colour{};
  bool dashed = false;
};

struct figure_axis {
  /// With its unit: "training time (s)".
  std::string label{};
  bool logarithmic = false;
  /// Where the axis begins and ends; by the data where empty.
  std::optional<double> low{};
  std::optional<double> high{};
  /// In place of numbers: what stands at 0, 1, 2 and so on, of bars along x and of lanes along y (the first on top).
  std::vector<std::string> names{};
};

/// What is drawn, without a word about how. Plain data; any text may hold anything.
struct figure {
  /// Name of its file without ".svg": small letters, digits and hyphens.
  std::string stem{};
  /// Above it on a page; not part of the drawing.
  std::string title{};
  /// What is to be seen, how it was made of which runs, and what its bands are.
  std::string caption{};
  figure_axis x{};
  figure_axis y{};
  std::vector<figure_curve> curves{};
  /// In a corner of the drawing, small: what nobody who sees it alone must miss.
  std::string note{};
  /// A unit is as long along x as along y: for positions in a plane.
  bool equal_scale = false;
};

/// Whether a number has a place on that axis: finite, and above zero where the axis is logarithmic.
bool can_stand_on(const figure_axis& axis, double value);

/// Whether there is anything to draw: a span, or a point or part of a band that has a place on both axes.
bool shows_something(const figure& f);

/// Whether a logarithmic y axis suits the curves: all points and bands above zero, over more than a factor of `least_ratio`.
bool suits_logarithm(const std::vector<figure_curve>& curves, double least_ratio = 30);

} // namespace paceline
