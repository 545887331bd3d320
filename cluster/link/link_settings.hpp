#pragma once

#include "cluster/link/link_filter.hpp"
#include "cluster/link/link_timing.hpp"
#include "cluster/link/node_endpoints.hpp"
#include "cluster/security/key_set.hpp"
#include "cluster/wire/snapshot_frame.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

struct link_settings {
  node_endpoints own;
  std::vector<node_endpoints> peers;
  std::uint64_t incarnation = 0;
  /// The resolved cluster file on one line (hello::config).
  std::string config;
  /// Of the model: fingerprint, and lengths of its slices in order.
  std::uint64_t fingerprint = 0;
  std::vector<std::size_t> slices;
  frame_type snapshots_as = frame_type::fp32;
  /// Whether the strategy has a centre, with which parameters are exchanged.
  bool exchanges = false;
  /// A snapshot older than this when it was sent is refused.
  std::chrono::nanoseconds max_snapshot_age = std::chrono::seconds(60);
  std::chrono::milliseconds patience = std::chrono::seconds(2);
  std::optional<key_set> keys;
  /// What a rehearsal of faults takes away between this node and its peers; nothing where it is nullptr.
  std::shared_ptr<const link_filter> filter;
  /// On which time received snapshots are stamped (run_clock::now). Thread-safe.
  std::function<std::chrono::nanoseconds()> now;
  /// One line for people, rate-limited by the link; called on the link's thread.
  std::function<void(const std::string&)> log;
  /// This node was refused by the others and cannot take part: one line that says why. Called on the link's thread, once.
  std::function<void(const std::string&)> refused;
};

} // namespace paceline
