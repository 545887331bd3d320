#include "actors/run_budget.hpp"

#include <algorithm>

namespace paceline {

run_budget::run_budget(const budget_limits& limits, std::shared_ptr<const run_clock> clock,
                       std::uint64_t total_steps_before)
  : limits_(limits), clock_(std::move(clock)), claimed_(total_steps_before) {}

bool run_budget::claim() {
  if (cancelled_.load() || time_is_up())
    return false;
  auto claimed = claimed_.load();
  do {
    if (steps_are_used_up(claimed))
      return false;
  } while (!claimed_.compare_exchange_weak(claimed, claimed + 1));
  return true;
}

void run_budget::note_elsewhere(std::uint64_t steps) {
  auto known = elsewhere_.load();
  while (known < steps && !elsewhere_.compare_exchange_weak(known, steps)) {
  }
}

bool run_budget::exhausted() const {
  return cancelled_.load() || time_is_up() || steps_are_used_up(claimed_.load());
}

double run_budget::used() const {
  double share = 0;
  if (limits_.total_steps && *limits_.total_steps > 0)
    share = static_cast<double>(claimed_.load() + elsewhere_.load()) / static_cast<double>(*limits_.total_steps);
  if (limits_.training_time && limits_.training_time->count() > 0)
    share = std::max(share, std::chrono::duration<double>(clock_->training_time()) / *limits_.training_time);
  return std::clamp(share, 0.0, 1.0);
}

bool run_budget::time_is_up() const {
  if (limits_.training_time && clock_->training_time() >= *limits_.training_time)
    time_was_up_.store(true);
  return time_was_up_.load();
}

bool run_budget::steps_are_used_up(std::uint64_t claimed) const {
  return limits_.total_steps && claimed + elsewhere_.load() >= *limits_.total_steps;
}

} // namespace paceline
