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

/// Shows the lines of several nodes' logs (metrics.jsonl or leadership.jsonl) as one log, ordered by the clocks on their walls; of one
/// node they stay in their order. Each record says under "told_by" where it comes from. A decision, or a new holder of the seat,
/// that several nodes tell of is shown once, as the first of them told it. Missing files count as empty, and a line that a killed writer left half is
/// left out. Holds one line of each log in memory, and the decisions' numbers.
void read_merged_logs(const std::vector<node_log>& logs,
                      const std::function<void(const nlohmann::json& record)>& on_record);

/// Writes those lines into one log. Every record kept is shown to `on_record`, in order.
/// Throws io_failure; the target is then as before.
void merge_logs(const std::vector<node_log>& logs, const std::filesystem::path& target,
                const std::function<void(const nlohmann::json& record)>& on_record);

} // namespace paceline
