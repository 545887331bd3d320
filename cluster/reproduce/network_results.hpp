#pragma once

#include "cluster/reproduce/experiment.hpp"

#include <map>
#include <string>
#include <vector>

namespace paceline {

/// The paper's test errors of the centre at the end of training, in percent, by strategy.
using paper_errors = std::map<std::string, double>;

/// The report of a network's runs, and their final test errors beside the paper's. Of a strategy that ran with several learning rates the
/// one counts whose error at the end, as the mean over the seeds, is the least; the others stay in the table of runs.
/// Throws as read_run.
experiment_outcome conclude_network(const std::string& name, const paper_errors& paper,
                                    const reproduce_settings& settings, const std::vector<finished_run>& runs);

} // namespace paceline
