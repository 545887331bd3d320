#pragma once

#include "cluster/report/page.hpp"
#include "cluster/report/run_series.hpp"

#include <vector>

namespace paceline {

// A row for each series: its numbers as the mean over its runs, with the least and the greatest where they differ.

/// How far it came, and what its last tests found.
page_table results_table(const std::vector<run_series>& series);

/// Its pace, decisions and pulls.
page_table exchange_table(const std::vector<run_series>& series);

/// A row for each key of the configuration in which series differ; without rows where they do not.
page_table differences_table(const std::vector<run_series>& series);

/// A row for each run: where it lies, its series and seed, its last test, and what it lacks.
page_table runs_table(const std::vector<run_series>& series);

/// "9.5 (9.1 to 10.2)", in as many decimals and with no-break spaces in the brackets; one number alone where they are equal, "–" where none is finite.
std::string spread_text(const std::vector<double>& values, int decimals);

} // namespace paceline
