#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace paceline {

/// A log of one node.
struct node_log {
  std::string node;
  std::filesystem::path file;
};

/// Writes the lines of several nodes' logs (metrics.jsonl or leadership.jsonl) into one, ordered by the clocks on their walls; of
/// one node they stay in their order. Each line says under "told_by" where it comes from. A decision, or a new holder of the seat,
/// that several nodes tell of stands there once, as the first of them told it. Missing files count as empty, and a line that a killed writer left half is
/// left out. Every record kept is shown to `on_record`, in order. Holds one line of each log in memory, and the decisions' numbers.
/// Throws io_failure; the target is then as before.
void merge_logs(const std::vector<node_log>& logs, const std::filesystem::path& target,
                const std::function<void(const nlohmann::json& record)>& on_record);

} // namespace paceline
