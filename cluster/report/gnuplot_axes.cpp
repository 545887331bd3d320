#include "cluster/report/gnuplot_axes.hpp"

#include "cluster/report/gnuplot_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace paceline {

namespace {

constexpr int figure_width = 640;
constexpr int figure_height = 400;
/// Of a plane, whose width would else not be used.
constexpr int plane_height = 560;
/// Beyond so many letters two labels do not fit beside each other into a legend.
constexpr std::size_t longest_short_label = 30;
/// Beyond so many a label needs smaller letters to fit at all.
constexpr std::size_t longest_large_label = 50;
/// More names than these along x are turned by a right angle.
constexpr std::size_t most_level_names = 16;
/// More names than these are not all written.
constexpr std::size_t most_names = 48;

struct data_range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (std::isfinite(value) && value > 0) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
};

/// Of what is above zero.
data_range positive_range(const figure& f, char axis) {
  data_range range;
  for (const auto& curve : f.curves) {
    for (const auto& point : curve.points)
      range.add(axis == 'x' ? point.x : point.y);
    for (const auto& point : curve.band)
      if (axis == 'x') {
        range.add(point.x);
      } else {
        range.add(point.low);
        range.add(point.high);
      }
    if (axis == 'x')
      for (const auto& span : curve.spans) {
        range.add(span.begin);
        range.add(span.end);
      }
  }
  return range;
}

std::string limit_text(const std::optional<double>& limit) {
  return limit ? fmt::format("{:.8g}", *limit) : "*";
}

/// Few powers of ten: the numbers between them are named too. Many: they are written as powers.
std::string logarithmic_ticks(const figure& f, const figure_axis& axis, char name) {
  auto text = fmt::format("set logscale {}\n", name);
  auto range = positive_range(f, name);
  range.add(axis.low.value_or(0));
  range.add(axis.high.value_or(0));
  if (!(range.low <= range.high))
    return text;
  const auto decades = std::log10(range.high / range.low);
  if (decades > 4 || range.low < 1e-4 || range.high > 1e6)
    return text + fmt::format("set format {} '10^{{%L}}'\n", name);
  if (decades > 2)
    return text + fmt::format("set format {} '%g'\n", name);
  std::string ticks;
  for (auto power = static_cast<int>(std::floor(std::log10(range.low))); power <= std::ceil(std::log10(range.high));
       ++power)
    for (const int digit : {1, 2, 5})
      ticks += fmt::format("{}{:g}", ticks.empty() ? "" : ",", digit * std::pow(10.0, power));
  return text + fmt::format("set {}tics ({})\n", name, ticks);
}

std::string names_of(const figure_axis& axis, char name) {
  const auto count = axis.names.size();
  const auto every = (count + most_names - 1) / most_names;
  std::string ticks;
  for (std::size_t i = 0; i < count; i += every)
    ticks += fmt::format("{}{} {}", ticks.empty() ? "" : ", ", gnuplot_tick(axis.names[i]), i);
  const bool turned = name == 'x' && count > most_level_names;
  auto text = fmt::format("set {}tics ({}) scale 0 noenhanced{}\n", name, ticks, turned ? " rotate by 90 right" : "");
  const auto last = static_cast<double>(count) - 0.5;
  // The first lane is on top.
  text += name == 'x' ? fmt::format("set xrange [-0.5:{:g}]\n", last) : fmt::format("set yrange [{:g}:-0.5]\n", last);
  return text;
}

std::string settings_of(const figure& f, const figure_axis& axis, char name) {
  std::string text;
  if (!axis.label.empty())
    text += fmt::format("set {}label {} noenhanced\n", name, gnuplot_quoted(axis.label));
  if (!axis.names.empty())
    return text + names_of(axis, name);
  if (axis.logarithmic)
    text += logarithmic_ticks(f, axis, name);
  else
    text += fmt::format("set format {} '%g'\n", name);
  if (axis.low || axis.high)
    text += fmt::format("set {}range [{}:{}]\n", name, limit_text(axis.low), limit_text(axis.high));
  return text;
}

bool has_style(const figure& f, curve_style style) {
  return std::any_of(f.curves.begin(), f.curves.end(), [&](const auto& curve) { return curve.style == style; });
}

/// Labels in the legend.
std::vector<std::string_view> labels_of(const figure& f) {
  std::vector<std::string_view> labels;
  for (const auto& curve : f.curves)
    if (!curve.label.empty())
      labels.push_back(curve.label);
  return labels;
}

std::size_t longest_label(const figure& f) {
  std::size_t longest = 0;
  for (const auto label : labels_of(f))
    longest = std::max(longest, label.size());
  return longest;
}

/// How many rows the legend has.
std::size_t legend_rows(const figure& f) {
  const auto count = labels_of(f).size();
  return longest_label(f) > longest_short_label ? count : (count + 1) / 2;
}

std::string legend_of(const figure& f) {
  if (labels_of(f).empty())
    return "set key off\n";
  const auto longest = longest_label(f);
  return fmt::format("set key tmargin center {} Left reverse noenhanced samplen 2.2 spacing 1.15{}\n",
                     longest > longest_short_label ? "vertical maxcols 1" : "horizontal",
                     longest > longest_large_label ? " font ',11'" : "");
}

int height_of(const figure& f) {
  constexpr int row = 22;
  constexpr int around_lanes = 90;
  constexpr int lane = 26;
  constexpr int lane_of_many = 14;
  // A legend of many rows must not squeeze the drawing.
  const auto rows = static_cast<int>(legend_rows(f));
  const auto legend = row * std::max(0, rows - 2);
  if (!has_style(f, curve_style::lanes))
    return (f.equal_scale ? plane_height : figure_height) + legend;
  const auto lanes = static_cast<int>(f.y.names.size());
  return around_lanes + row * rows + (lanes > 16 ? lane_of_many : lane) * std::max(2, lanes);
}

} // namespace

std::string gnuplot_settings(const figure& f) {
  auto text = fmt::format("set terminal svg size {},{} dynamic enhanced font 'Helvetica,Arial,sans-serif,14' "
                          "background rgb 'white'\n",
                          figure_width, height_of(f));
  text += "set encoding utf8\n"
          "set border 3 lw 0.8 lc rgb '#444444'\n"
          "set tics nomirror out scale 0.6 textcolor rgb '#222222'\n"
          "set grid back lw 0.7 dt 1 lc rgb '#dedede'\n"
          "set rmargin 3\n"
          "set bars small\n";
  text += legend_of(f);
  text += settings_of(f, f.x, 'x') + settings_of(f, f.y, 'y');
  // Bars show shares and counts: their length is the number.
  if (has_style(f, curve_style::bars) && !f.y.low && !f.y.logarithmic && f.y.names.empty())
    text += fmt::format("set yrange [0:{}]\n", limit_text(f.y.high));
  if (!f.note.empty())
    text += fmt::format("set label 1 {} at screen 0.985,0.035 right noenhanced font ',11' textcolor rgb '#666666'\n",
                        gnuplot_quoted(f.note));
  if (f.equal_scale)
    text += "set size ratio -1\n";
  return text;
}

} // namespace paceline
