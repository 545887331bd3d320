#include "actors/worker_restarts.hpp"

#include <algorithm>

namespace paceline {

std::optional<std::chrono::nanoseconds> restart_history::next(std::chrono::nanoseconds now) {
  while (!recent_.empty() && now - recent_.front() >= limits_.span)
    recent_.pop_front();
  if (recent_.size() >= limits_.most)
    return std::nullopt;
  auto wait = limits_.first_wait;
  for (std::size_t i = 0; i < recent_.size() && wait < limits_.longest_wait; ++i)
    wait *= 2;
  recent_.push_back(now);
  ++granted_;
  return std::min(wait, limits_.longest_wait);
}

} // namespace paceline
