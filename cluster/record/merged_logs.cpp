#include "cluster/record/merged_logs.hpp"

#include "cluster/files/atomic_file.hpp"
#include "cluster/files/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace paceline {

namespace {

using nlohmann::json;

/// One log, read line by line.
class log_reader {
 public:
  explicit log_reader(const node_log& log) : node_(log.node), stream_(log.file, std::ios::binary) { advance(); }

  bool at_end() const { return !record_; }
  const json& record() const { return *record_; }
  /// Of the present record: ISO 8601 in UTC, so that texts are in order as times are.
  const std::string& wall() const { return wall_; }

  void advance() {
    record_.reset();
    for (std::string line; !record_ && std::getline(stream_, line);) {
      auto parsed = json::parse(line, nullptr, false);
      if (!parsed.is_object())
        continue;
      // A record without a time stays behind the one before it.
      if (const auto wall = parsed.find("wall"); wall != parsed.end() && wall->is_string())
        wall_ = wall->get<std::string>();
      parsed["told_by"] = node_;
      record_ = std::move(parsed);
    }
  }

 private:
  std::string node_;
  std::ifstream stream_;
  std::optional<json> record_;
  std::string wall_;
};

/// What makes two records of a decision, or of the seat's new holder, the same; null for all other records.
json decision_of(const json& record) {
  const auto type = record.value("type", json());
  if (type != "leader" && type != "seat")
    return nullptr;
  json key = json::array();
  for (const auto* field : {"type", "scope", "group", "term", "decision", "leader", "holder"})
    key.push_back(record.value(field, json()));
  return key;
}

} // namespace

void read_merged_logs(const std::vector<node_log>& logs,
                      const std::function<void(const nlohmann::json& record)>& on_record) {
  std::vector<std::unique_ptr<log_reader>> readers;
  readers.reserve(logs.size());
  for (const auto& log : logs)
    readers.push_back(std::make_unique<log_reader>(log));
  std::set<json> decisions;
  while (true) {
    std::erase_if(readers, [](const auto& reader) { return reader->at_end(); });
    if (readers.empty())
      break;
    const auto& next = *std::min_element(readers.begin(), readers.end(),
                                         [](const auto& a, const auto& b) { return a->wall() < b->wall(); });
    const auto decision = decision_of(next->record());
    if (decision.is_null() || decisions.insert(decision).second)
      on_record(next->record());
    next->advance();
  }
}

void merge_logs(const std::vector<node_log>& logs, const std::filesystem::path& target,
                const std::function<void(const nlohmann::json& record)>& on_record) {
  atomic_file merged(target);
  read_merged_logs(logs, [&](const json& record) {
    merged.write(json_text(record) + "\n");
    on_record(record);
  });
  merged.commit();
}

} // namespace paceline
