#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace paceline {

/// How often, and how soon, a worker that was lost while training is started again.
struct restart_limits {
  /// Restarts of one worker within any `span`; 0 for none at all.
  std::uint32_t most = 0;
  std::chrono::nanoseconds span = std::chrono::minutes(10);
  /// Wait before the first restart. Each further one waits twice as long as the one before, until a whole `span` has passed
  /// without any.
  std::chrono::nanoseconds first_wait = std::chrono::milliseconds(200);
  std::chrono::nanoseconds longest_wait = std::chrono::seconds(30);
};

/// One worker's restarts. A pure decision: time is passed in, on any steady clock.
class restart_history {
 public:
  explicit restart_history(const restart_limits& limits) : limits_(limits) {}

  /// The worker was lost at `now`: how long to wait before it is started again, or nothing where it has had its share. An
  /// answer counts as a restart.
  std::optional<std::chrono::nanoseconds> next(std::chrono::nanoseconds now);

  /// Restarts granted since the run began.
  std::uint64_t granted() const { return granted_; }

 private:
  restart_limits limits_;
  /// When those within the span were granted, oldest first.
  std::deque<std::chrono::nanoseconds> recent_;
  std::uint64_t granted_ = 0;
};

} // namespace paceline
