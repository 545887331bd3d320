#pragma once

#include "actors/run_state.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace paceline {

/// All of a run's state but the workers' tensors: counts, times, who leads, and what the coordinators know. Doubles
/// are written exactly (exact_double.hpp), times in whole nanoseconds. Workers appear by their id alone.
nlohmann::json to_json(const run_state& state);

/// More steps, decisions and terms than any run comes to; sums of them stay far within 64 bits.
constexpr std::uint64_t most_counted = std::uint64_t{1} << 53;

/// Reads back what to_json wrote; each worker has its id and nothing else.
/// Throws invalid_input that names the field, what was found and what is needed.
run_state run_state_from_json(const nlohmann::json& object);

} // namespace paceline
