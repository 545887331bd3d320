#include "cluster/report/gnuplot_text.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("a text of a gnuplot script stands for itself whatever it holds") {
  REQUIRE(gnuplot_quoted("a_b {c} 'd' $x") == "\"a_b {c} 'd' $x\"");
  REQUIRE(gnuplot_quoted("\"\\n `date`") == "\"\\042\\134n \\140date\\140\"");
  REQUIRE(gnuplot_quoted("") == "\"\"");
}

TEST_CASE("a text with line ends and bytes that are no UTF-8 stays on one line of a gnuplot script") {
  REQUIRE(gnuplot_quoted("a\nset output 'x'") == "\"a set output 'x'\"");
  REQUIRE(gnuplot_quoted("ü\xff") == "\"ü?\"");
}

TEST_CASE("a percent sign in a tick's label is not taken for a format") {
  REQUIRE(gnuplot_tick("100 %d") == "\"100 %%d\"");
}
