#pragma once

#include "cluster/launch/node_supervisor.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace paceline {

/// What nodes.json says: how each node's processes came to their end.
nlohmann::json to_json(const std::vector<supervised_end>& ends);

/// Reads back what to_json wrote; what is damaged or missing is left out.
std::vector<supervised_end> ends_from_json(const nlohmann::json& object);

} // namespace paceline
