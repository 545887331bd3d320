#pragma once

#include "messages/loss_report.hpp"

#include <cstdint>
#include <optional>

namespace paceline {

/// What a group leader tells the global leader: its group's steps, and its best worker at present.
struct group_report {
  std::uint32_t group = 0;
  /// Steps made by all workers of the group together.
  std::uint64_t steps = 0;
  /// Workers of the group that are not known to be gone.
  std::uint32_t live_workers = 0;
  /// Empty while nobody of the group can lead (no full loss window, no finite loss).
  /// Between nodes, which have no clock in common, `measured_at` is told relative to the moment of sending (so 0 or less).
  std::optional<loss_report> best;
  /// Between nodes: rises with each report of a node's life, so that one that comes twice or late is known; 0 inside one.
  std::uint64_t number = 0;
};

} // namespace paceline
