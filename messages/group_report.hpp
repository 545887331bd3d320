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
  /// Empty while nobody of the group can lead (no full loss window, no finite loss).
  std::optional<loss_report> best;
};

} // namespace paceline
