#pragma once

#include "cluster/report/page.hpp"
#include "cluster/report/run_series.hpp"

#include <vector>

namespace paceline {

/// All that is to be said of these series: tables, and figures of tests, training, leadership and exchange.
page report_on(const std::vector<run_series>& series);

} // namespace paceline
