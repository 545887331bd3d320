#pragma once

#include "cluster/config/run_config_json.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// A run's folder as a program would have left it, made of given lines.
struct example_run {
  std::string name = "a";
  /// Of the cluster file.
  nlohmann::json changes = nlohmann::json::object();
  std::vector<nlohmann::json> metrics{};
  std::vector<nlohmann::json> leadership{};
  /// None is written where it is null.
  nlohmann::json summary{};

  static std::string lines(const std::vector<nlohmann::json>& records) {
    std::string text;
    for (const auto& record : records)
      text += record.dump() + "\n";
    return text;
  }

  std::filesystem::path write(const temporary_folder& folder) const {
    const auto run = folder / name;
    std::filesystem::create_directories(run);
    nlohmann::json file{{"groups", {{"count", 1}, {"workers", 2}}}, {"budget", {{"steps", 100}}}};
    file.merge_patch(changes);
    const auto config = paceline::from_json(paceline::config_json::parse(file.dump()), "example");
    write_contents(run / "config.json", paceline::to_json(config).dump());
    write_contents(run / "metrics.jsonl", lines(metrics));
    write_contents(run / "leadership.jsonl", lines(leadership));
    if (!summary.is_null())
      write_contents(run / "summary.json", summary.dump());
    return run;
  }
};

// Lines of the logs with what a report reads.

inline nlohmann::json progress_line(double time, const std::string& worker, int steps, double loss, int copies = 0) {
  return {{"type", "progress"}, {"time", time}, {"worker", worker},
          {"steps", steps},     {"loss", loss}, {"snapshots_taken", copies}};
}

inline nlohmann::json test_line(double time, int total_steps, double centre_error) {
  return {{"type", "evaluation"}, {"time", time},      {"total_steps", total_steps}, {"centre_error", centre_error},
          {"centre_loss", 1.5},   {"leader", nullptr}, {"leader_error", nullptr},    {"leader_loss", nullptr}};
}

inline nlohmann::json pull_line(double time, const std::string& scope, double distance) {
  return {{"type", "pull"}, {"time", time}, {"scope", scope}, {"distance", distance}, {"age", 0.25}, {"worker", "0.0"}};
}

inline nlohmann::json decision_line(double time, const std::string& scope, const std::string& leader) {
  return {{"type", "leader"}, {"time", time}, {"scope", scope}, {"leader", leader}};
}
