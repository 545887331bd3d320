#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

struct latency_bench_settings {
  /// In all; even, since half of them are on each of two nodes.
  std::uint32_t workers = 4;
  /// Steps a worker between two decisions.
  std::uint64_t tau = 16;
  /// A step's time; each differs from it by up to a tenth, so that workers come to stand anyhow to each other.
  double step_milliseconds = 10;
  /// Changes of the lead to measure, each way.
  std::uint32_t changes = 40;
};

struct latency_bench_result {
  /// In steps of the followers.
  struct quantiles {
    double p50 = 0;
    double p90 = 0;
  };
  struct way {
    /// "in one process", "between two nodes over TCP".
    std::string name;
    double step_seconds = 0;
    std::size_t changes = 0;
    std::size_t pulls = 0;
    /// Followers that were not pulled before the lead changed again.
    std::size_t missed = 0;
    /// See pull_latency.hpp.
    quantiles from_decision;
    quantiles from_crossing;
  };
  std::vector<way> ways;
};

/// Lets workers that sleep through their steps take the lowest loss from each other, and times how soon the others are pulled
/// toward the new leader: within one group, and between two nodes linked over TCP on loopback (followers of the other node alone).
/// The goal is less than a step in the median from the report that lets a decision fall due: `from_decision`. `from_crossing` counts
/// the wait for the decision period as well.
/// Throws std::runtime_error where a node fails or nobody was pulled.
latency_bench_result run_latency_bench(const latency_bench_settings& settings);

std::string to_text(const latency_bench_settings& settings, const latency_bench_result& result);
nlohmann::json to_json(const latency_bench_settings& settings, const latency_bench_result& result);

} // namespace paceline
