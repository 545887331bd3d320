#include "cluster/report/gnuplot_axes.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

figure line_figure(std::vector<figure_point> points) {
  return {.stem = "a", .curves = {{.points = std::move(points)}}};
}

} // namespace

TEST_CASE("axes have their labels and limits") {
  auto f = line_figure({{0, 1}});
  f.x = {.label = "time (s)", .low = 0, .high = 20.5};
  f.y = {.label = "it's", .low = 0};
  const auto text = gnuplot_settings(f);
  REQUIRE_THAT(text, ContainsSubstring("set xlabel \"time (s)\" noenhanced\n"));
  REQUIRE_THAT(text, ContainsSubstring("set xrange [0:20.5]\n"));
  REQUIRE_THAT(text, ContainsSubstring("set ylabel \"it's\" noenhanced\n"));
  REQUIRE_THAT(text, ContainsSubstring("set yrange [0:*]\n"));
}

TEST_CASE("a note stands in a corner of the drawing, and only where there is one") {
  auto f = line_figure({{0, 1}});
  REQUIRE(gnuplot_settings(f).find("set label") == std::string::npos);
  f.note = "simulated time";
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("set label 1 \"simulated time\" at screen"));
}

TEST_CASE("a logarithmic axis over few powers of ten names the numbers between them too") {
  auto f = line_figure({{0, 0.3}, {1, 8}});
  f.y.logarithmic = true;
  const auto text = gnuplot_settings(f);
  REQUIRE_THAT(text, ContainsSubstring("set logscale y\n"));
  REQUIRE_THAT(text, ContainsSubstring("set ytics (0.1,0.2,0.5,1,2,5,10,20,50)\n"));
}

TEST_CASE("a logarithmic axis over many powers of ten writes them as powers") {
  auto f = line_figure({{0, 1e-8}, {1, 5}});
  f.y.logarithmic = true;
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("set format y '10^{%L}'\n"));
}

TEST_CASE("a logarithmic axis without a number above zero has no ticks of its own") {
  auto f = line_figure({{0, 0}});
  f.y.logarithmic = true;
  REQUIRE_THAT(gnuplot_settings(f), !ContainsSubstring("ytics"));
}

TEST_CASE("lanes have their names from top to bottom and a drawing as high as they need") {
  figure f{.curves = {{.style = curve_style::lanes, .spans = {{0, 1, 1}}}}};
  f.y.names = {"0.0", "0.1"};
  const auto low = gnuplot_settings(f);
  REQUIRE_THAT(low, ContainsSubstring("set ytics (\"0.0\" 0, \"0.1\" 1) scale 0 noenhanced\n"));
  REQUIRE_THAT(low, ContainsSubstring("set yrange [1.5:-0.5]\n"));
  REQUIRE_THAT(low, ContainsSubstring("svg size 640,142 "));
  f.y.names.resize(12, "x");
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("svg size 640,402 "));
}

TEST_CASE("of very many names only some are written, and along x they are turned") {
  figure f{.curves = {{.style = curve_style::bars, .points = {{0, 1}}}}};
  f.x.names.resize(100, "w");
  const auto text = gnuplot_settings(f);
  REQUIRE_THAT(text, ContainsSubstring("set xtics (\"w\" 0, \"w\" 3, "));
  REQUIRE_THAT(text, ContainsSubstring(" rotate by 90 right\n"));
}

TEST_CASE("bars begin at zero") {
  REQUIRE_THAT(gnuplot_settings({.curves = {{.style = curve_style::bars, .points = {{0, 5}}}}}),
               ContainsSubstring("set yrange [0:*]\n"));
}

TEST_CASE("a legend is there for labels alone, and in one column where they are long") {
  auto f = line_figure({{0, 1}});
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("set key off\n"));
  f.curves[0].label = "short";
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("set key tmargin center horizontal"));
  f.curves[0].label = std::string(40, 'x');
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("set key tmargin center vertical maxcols 1"));
  f.curves[0].label = std::string(60, 'x');
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("font ',11'"));
}

TEST_CASE("a plane's units are as long along both axes") {
  auto f = line_figure({{0, 1}});
  REQUIRE_THAT(gnuplot_settings(f), !ContainsSubstring("size ratio"));
  f.equal_scale = true;
  REQUIRE_THAT(gnuplot_settings(f), ContainsSubstring("set size ratio -1\n"));
}
