#pragma once

#include <chrono>

namespace paceline {

/// When something that comes again and again is due, on a clock that is passed in.
class recurring_timer {
 public:
  /// First due `every` after `now`; never where that is 0.
  void start(std::chrono::nanoseconds now, std::chrono::nanoseconds every) {
    every_ = every;
    next_ = now + every;
  }

  bool due(std::chrono::nanoseconds now) const { return every_.count() > 0 && now >= next_; }

  /// It is done for this time. Times that were missed are not made up for. Requires due(now).
  void done(std::chrono::nanoseconds now) { next_ += every_ * (1 + (now - next_) / every_); }

 private:
  std::chrono::nanoseconds every_{0};
  std::chrono::nanoseconds next_{0};
};

} // namespace paceline
