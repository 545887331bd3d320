#include "cluster/report/gnuplot.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/report/drawing.hpp"

#include <cstdlib>
#include <limits>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

figure any_figure() {
  return {.stem = "any",
          .x = {.label = "x"},
          .y = {.label = "y"},
          .curves = {{.label = "mean", .points = {{0, 1}, {1, 2.5}}, .band = {{0, 0.5, 1.5}, {1, 2, 3}}}}};
}

/// While it lives, programs are looked for in no folder.
class empty_search_path {
 public:
  empty_search_path() : before_(std::getenv("PATH")) { ::setenv("PATH", "/nonexistent", 1); }
  ~empty_search_path() { ::setenv("PATH", before_.c_str(), 1); }
  empty_search_path(const empty_search_path&) = delete;
  empty_search_path& operator=(const empty_search_path&) = delete;

 private:
  std::string before_;
};

} // namespace

TEST_CASE("a script holds the data, with bands behind all lines and in their colours") {
  auto f = any_figure();
  f.curves.insert(f.curves.begin(), {.label = "other", .points = {{0, 3}}, .colour = 2, .dashed = true});
  const auto script = gnuplot_script(f);
  REQUIRE_THAT(script, ContainsSubstring("$d0 << EOD\n0 0.5 1.5 \n1 2 3 \nEOD\n"
                                         "$d1 << EOD\n0 3 \nEOD\n"
                                         "$d2 << EOD\n0 1 \n1 2.5 \nEOD\n"
                                         "plot $d0 using 1:2:3 with filledcurves fc rgb '#D55E00' "));
  REQUIRE_THAT(script, ContainsSubstring("$d1 using 1:2 with lines lw 2 lc rgb '#009E73' dt (10,5) title \"other\""));
  REQUIRE_THAT(script, ContainsSubstring("$d2 using 1:2 with lines lw 2 lc rgb '#D55E00' dt 1 title \"mean\""));
}

TEST_CASE("what cannot stand on an axis breaks the line") {
  figure f{.y = {.logarithmic = true},
           .curves = {{.points = {{0, 1}, {1, 0}, {2, 2}, {3, std::numeric_limits<double>::infinity()}, {4, 3}}}}};
  REQUIRE_THAT(gnuplot_script(f), ContainsSubstring("EOD\n0 1 \n\n2 2 \n\n4 3 \nEOD\n"));
  f.y.logarithmic = false;
  REQUIRE_THAT(gnuplot_script(f), ContainsSubstring("EOD\n0 1 \n1 0 \n2 2 \n\n4 3 \nEOD\n"));
}

TEST_CASE("bars of several curves stand side by side around their place") {
  const figure f{.curves = {{.style = curve_style::bars, .points = {{1, 5}}},
                            {.style = curve_style::bars, .points = {{1, 7}}, .band = {{1, 6, 8}}}}};
  const auto script = gnuplot_script(f);
  REQUIRE_THAT(script, ContainsSubstring("\n0.8 5 0.36 \n"));
  REQUIRE_THAT(script, ContainsSubstring("\n1.2 7 0.36 \n"));
  REQUIRE_THAT(script, ContainsSubstring("\n1.2 6 0 2 \n"));
}

TEST_CASE("a span is drawn as a box of its lane") {
  const figure f{.y = {.names = {"a", "b"}}, .curves = {{.style = curve_style::lanes, .spans = {{2, 4, 1}}}}};
  REQUIRE_THAT(gnuplot_script(f), ContainsSubstring("\n3 1 2 4 0.65 1.35 \n"));
  REQUIRE_THAT(gnuplot_script(f), ContainsSubstring("with boxxyerror"));
}

TEST_CASE("beyond the palette's end colours come again with other dashes") {
  REQUIRE_THAT(gnuplot_script({.curves = {{.points = {{0, 1}}, .colour = 7}}}),
               ContainsSubstring("'#0072B2' dt (10,5)"));
}

TEST_CASE("a label that fits into no drawing is shortened") {
  REQUIRE_THAT(gnuplot_script({.curves = {{.label = std::string(200, 'x'), .points = {{0, 1}}}}}),
               ContainsSubstring("title \"" + std::string(77, 'x') + "...\""));
}

TEST_CASE("gnuplot draws each style of curve") {
  if (!testing::can_draw())
    return;
  for (const auto style :
       {curve_style::lines, curve_style::points, curve_style::marked_lines, curve_style::steps, curve_style::bars}) {
    auto f = any_figure();
    f.curves[0].style = style;
    const auto svg = draw_svg(f);
    REQUIRE_THAT(svg, ContainsSubstring("<svg"));
    REQUIRE_THAT(svg, ContainsSubstring("</svg>"));
    REQUIRE_THAT(svg, ContainsSubstring(">mean</text>"));
  }
  const figure lanes{.y = {.names = {"a", "b"}},
                     .curves = {{.style = curve_style::lanes, .spans = {{2, 4, 1}, {4, 4, 0}}}}};
  REQUIRE_THAT(draw_svg(lanes), ContainsSubstring("</svg>"));
}

TEST_CASE("gnuplot draws a single point, and logarithmic axes of any numbers") {
  if (!testing::can_draw())
    return;
  REQUIRE_THAT(draw_svg({.curves = {{.points = {{3, 1}}}}}), ContainsSubstring("</svg>"));
  for (const auto& points : std::vector<std::vector<figure_point>>{
         {{1, 1}}, {{1, 1e-300}, {2, 1e300}}, {{1, 0.3}, {2, 0.4}}, {{1, 1e-9}, {2, 1e-8}}, {{0, 5}, {1, 0}}}) {
    const figure f{.x = {.logarithmic = true}, .y = {.logarithmic = true}, .curves = {{.points = points}}};
    if (shows_something(f))
      REQUIRE_THAT(draw_svg(f), ContainsSubstring("</svg>"));
  }
}

TEST_CASE("texts are drawn as they are and cannot become commands or tags") {
  if (!testing::can_draw())
    return;
  auto f = any_figure();
  f.x.label = "'\"; set output '/nonexistent/x'; `false` <b> & a_b^c {d} 100 %";
  f.curves[0].label = "\"q\" 'r' @x \\n";
  const auto svg = draw_svg(f);
  REQUIRE_THAT(svg, ContainsSubstring("; set output '/nonexistent/x'; `false` &lt;b> &amp; a_b^c {d} 100 %</text>"));
  REQUIRE_THAT(svg, ContainsSubstring("'r' @x \\n</text>"));
}

TEST_CASE("where gnuplot is missing that is said in one line with the package's name") {
  const empty_search_path nothing_there;
  REQUIRE_THROWS_AS(require_gnuplot(), gnuplot_missing);
  REQUIRE_THROWS_WITH(draw_svg(any_figure()), "gnuplot is not installed: apt-get install gnuplot-nox");
}
