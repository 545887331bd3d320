#pragma once

#include "cluster/config/run_config.hpp"
#include "compute/parameter_layout.hpp"

#include <string>
#include <vector>

namespace paceline {

/// A line of `paceline check`; the label is empty on further lines of the same subject.
struct report_line {
  std::string label;
  std::string text;
};

/// The waits inside a process that follow from network.patience.
std::vector<report_line> report_waits(const run_config& config);

/// What each node does, every time limit that follows from network.patience, and what travels between nodes. Empty where the
/// file has no nodes.
std::vector<report_line> report_nodes(const run_config& config, const parameter_layout& parameters);

} // namespace paceline
