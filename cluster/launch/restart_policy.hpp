#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace paceline {

struct restart_limits {
  /// So many restarts within the window; 0 for none.
  std::uint32_t most = 5;
  std::chrono::nanoseconds window = std::chrono::minutes(1);
  /// The wait before a restart: the first within a window, doubled with each further one.
  std::chrono::nanoseconds first_wait = std::chrono::milliseconds(500);
  std::chrono::nanoseconds longest_wait = std::chrono::seconds(8);
};

/// Decides whether and when what has died is started again. Time is passed in.
class restart_policy {
 public:
  explicit restart_policy(restart_limits limits) : limits_(limits) {}

  /// It died at `now` (any steady time): how long to wait before it is started again; empty where it stays down.
  std::optional<std::chrono::nanoseconds> on_death(std::chrono::nanoseconds now);

 private:
  restart_limits limits_;
  /// Deaths within the window that were answered by a restart.
  std::deque<std::chrono::nanoseconds> answered_;
};

} // namespace paceline
