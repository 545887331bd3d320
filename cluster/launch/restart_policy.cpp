#include "cluster/launch/restart_policy.hpp"

#include <algorithm>

namespace paceline {

std::optional<std::chrono::nanoseconds> restart_policy::on_death(std::chrono::nanoseconds now) {
  while (!answered_.empty() && now - answered_.front() > limits_.window)
    answered_.pop_front();
  if (answered_.size() >= limits_.most)
    return std::nullopt;
  auto wait = limits_.first_wait;
  for (std::size_t i = 0; i < answered_.size() && wait < limits_.longest_wait; ++i)
    wait *= 2;
  answered_.push_back(now);
  return std::min(wait, limits_.longest_wait);
}

} // namespace paceline
