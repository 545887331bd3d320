#pragma once

#include "messages/progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>

namespace paceline {

// Numbers and small structs as they stand in the files of a run, the same in metrics.jsonl and in summary.json.

/// JSON has no number for inf and NaN.
nlohmann::json finite_or_null(double value);

double in_seconds(std::chrono::nanoseconds duration);

/// An object of all counters; durations in seconds.
nlohmann::json to_json(const compute_counters& counters);

/// Reads back what to_json wrote; what is missing or no number is 0.
compute_counters counters_from_json(const nlohmann::json& object);

/// Scores of centre and leader; the leader's are null where there was none.
nlohmann::json to_json(const evaluation& result);

} // namespace paceline
