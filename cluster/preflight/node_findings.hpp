#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// What training costs a worker; medians in seconds.
struct worker_costs {
  double seconds_a_step = 0;
  double seconds_a_pull = 0;
  /// Of its parameters, for a snapshot.
  double seconds_a_copy = 0;
  /// How many steps were timed.
  std::uint64_t steps = 0;
};

/// What a node found out about its way to another one. Where there is a problem the numbers behind it are 0.
struct link_finding {
  /// The other one.
  std::string node;
  /// Of a small control message and its answer, from actor to actor.
  double round_trip_seconds = 0;
  double round_trip_p99_seconds = 0;
  /// Bytes of a snapshot over the time from publishing it to the answer that it has arrived: encoding, checking and decoding
  /// included, and on its way to all other nodes at once.
  double bytes_per_second = 0;
  /// Why it could not be measured, in words for people; empty where it could.
  std::string problem;
};

/// What one node measured. It says so to the launching process by one line of JSON.
struct node_findings {
  /// Empty for a run inside one process.
  std::string node;
  worker_costs worker;
  std::string model;
  std::uint64_t parameters = 0;
  /// As it travels.
  std::uint64_t snapshot_bytes = 0;
  std::vector<link_finding> links;
};

nlohmann::json to_json(const node_findings& findings);

/// Reads what to_json wrote; empty where the text is anything else.
std::optional<node_findings> findings_from_json(std::string_view text);

} // namespace paceline
