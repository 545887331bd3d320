#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace paceline {

struct plane_bench_settings {
  /// Sizes of the snapshots in MB (10^6 bytes).
  std::vector<double> megabytes = {1, 16, 61};
  /// Rounds over all ways and sizes; the medians count.
  int repeats = 15;
};

struct plane_bench_result {
  /// Medians in GB/s of one size.
  struct row {
    double megabytes = 0;
    /// A plain TCP socket: write at one end, read at the other.
    double socket = 0;
    /// An encoded frame from ROUTER to DEALER, set as the link sets them.
    double frames = 0;
    /// From a leader's publish to the slot of a follower on another node: encoded, sent, checked, decoded.
    double whole = 0;
  };
  std::vector<row> rows;
};

/// Times snapshots over TCP on loopback beside a plain socket, in turn, one at a time. The goal is a ratio of frames to socket
/// of at least 0.9.
plane_bench_result run_plane_bench(const plane_bench_settings& settings);

std::string to_text(const plane_bench_settings& settings, const plane_bench_result& result);
nlohmann::json to_json(const plane_bench_settings& settings, const plane_bench_result& result);

} // namespace paceline
