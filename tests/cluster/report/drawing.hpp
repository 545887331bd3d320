#pragma once

#include "cluster/report/gnuplot.hpp"
#include "tests/skip.hpp"

namespace paceline::testing {

/// Whether figures can be drawn here; where not, the test at hand is skipped.
inline bool can_draw() {
  try {
    require_gnuplot();
    return true;
  } catch (const gnuplot_missing&) {
    skip_test("gnuplot is not installed");
    return false;
  }
}

} // namespace paceline::testing
