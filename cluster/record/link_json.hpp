#pragma once

#include "cluster/link/link_counters.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace paceline {

// What passed a node's link, the same in metrics.jsonl and in summary.json.

nlohmann::json to_json(const link_counters& counters);

/// Reads back what to_json wrote; what is missing or no whole number is 0.
link_counters link_counters_from_json(const nlohmann::json& object);

/// What was refused, for people: "2 connections, 1 message, 0 snapshots"; empty where nothing was.
std::string refused_text(const link_counters& counters);

} // namespace paceline
