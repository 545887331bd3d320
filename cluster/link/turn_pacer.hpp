#pragma once

#include <algorithm>
#include <chrono>

namespace paceline {

/// Lets a thread that wakes for every message wake for several at once where they are many. What it costs to look at all sockets does
/// not depend on how many messages there are; and a message that waits a few milliseconds is late for no step.
/// A bucket of turns: full after a pause, so that what comes now and then is handled at once.
class turn_pacer {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Between two turns in the long run.
  static constexpr std::chrono::milliseconds interval{4};
  /// Turns at once after a pause.
  static constexpr int burst = 32;

  /// Takes a turn at this moment; returns how long to wait before it.
  std::chrono::nanoseconds take(time_point now) {
    // The bucket is full `burst` intervals before the next turn.
    next_ = std::max(next_, now - burst * interval) + interval;
    return std::max<std::chrono::nanoseconds>(next_ - now, std::chrono::nanoseconds(0));
  }

 private:
  time_point next_{};
};

} // namespace paceline
