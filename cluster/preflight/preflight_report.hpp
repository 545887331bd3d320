#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/preflight/exchange_advice.hpp"
#include "cluster/preflight/node_findings.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// A node that told nothing, and why.
struct silent_node {
  std::string node;
  std::string why;
};

/// What came of a preflight.
struct preflight_result {
  /// By the nodes' names.
  std::vector<node_findings> findings;
  std::vector<silent_node> silent;
};

/// Of all that was measured together: the fastest worker, the slowest pull, copy and link. Empty where no node measured.
std::optional<exchange_costs> costs_of(const run_config& config, const preflight_result& result);

/// A line for each node that told nothing and, among the others, for each way from one to another that does not work. Empty where
/// the run can begin.
std::vector<std::string> problems_of(const preflight_result& result);

/// Tables for people: nodes, links, and the recommended periods beside the file's own.
std::string to_text(const run_config& config, const preflight_result& result);

/// The same as one object for programs.
nlohmann::json to_json(const run_config& config, const preflight_result& result);

} // namespace paceline
