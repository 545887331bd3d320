#pragma once

#include "cluster/config/run_config.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

struct coordinator_bench_settings {
  std::uint32_t nodes = 10;
  /// Of a node, which is one group.
  std::uint32_t workers = 100;
  double seconds = 20;
};

/// One node of `paceline bench coordinator`, a process of its own.
struct coordinator_node_settings {
  coordinator_bench_settings bench;
  /// Which of the nodes, counted from 0.
  std::uint32_t node = 0;
  /// Tells the sockets of this benchmark from those of others.
  std::string run = "bench-coordinator";
};

/// The run that the nodes are of: their workers make a step a second and report after each, and leaders decide every four.
run_config coordinator_config(const coordinator_node_settings& settings);

/// What one node measures.
struct coordinator_finding {
  std::string node;
  bool holds_seat = false;
  double seconds = 0;
  /// Processor time of the threads of the link (its own, the snapshots', ZeroMQ's), and of all others but the workers': those of the
  /// actors' scheduler.
  double link_seconds = 0;
  double actor_seconds = 0;
  /// Loss reports that the node's own workers sent.
  std::uint64_t reports = 0;
  /// Steps a second of all workers that the global leader has counted, as its decisions tell; each was reported alone.
  double counted_a_second = 0;

  double share() const { return (link_seconds + actor_seconds) / seconds; }
};

nlohmann::json to_json(const coordinator_finding& finding);

/// Empty for what to_json did not write.
std::optional<coordinator_finding> coordinator_finding_from_json(std::string_view line);

/// Rides as that node: measures from the first global decision on, when all nodes have met, calls `tell` once, and rides on until the
/// process is ended, so that the others can measure undisturbed. Throws std::runtime_error where the nodes do not meet within half a
/// minute, invalid_input where there is no such node or its sockets cannot be made.
void run_coordinator_node(const coordinator_node_settings& settings,
                          const std::function<void(const coordinator_finding&)>& tell);

} // namespace paceline
