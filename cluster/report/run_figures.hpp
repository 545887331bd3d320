#pragma once

#include "cluster/report/figure.hpp"
#include "cluster/report/run_series.hpp"

#include <vector>

namespace paceline {

// What is drawn of runs, one figure after the other. A figure for which the runs have no numbers shows nothing.

/// Error and loss of centre and leader on the test set, against time and against steps.
std::vector<figure> test_figures(const std::vector<run_series>& series);

/// The workers' mean loss on what they train on, against time and steps, and their steps a second.
std::vector<figure> training_figures(const std::vector<run_series>& series);

/// Who led when, of one run of each series, and how often each worker led.
std::vector<figure> leadership_figures(const std::vector<run_series>& series);

/// Distances before pulls, ages of snapshots when they were applied, and how much was copied and sent.
std::vector<figure> exchange_figures(const std::vector<run_series>& series);

} // namespace paceline
