#pragma once

#include "actors/run_clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace paceline {

/// When a run ends: at whichever comes first.
struct budget_limits {
  /// Steps of all workers together.
  std::optional<std::uint64_t> total_steps;
  std::optional<std::chrono::nanoseconds> training_time;
};

/// The steps that may still be made, shared by all workers of a process: each claims a step before it makes it, so that the
/// total is met exactly, and a fast worker makes more of them than a slow one. Thread-safe; never waits.
class run_budget {
 public:
  run_budget(const budget_limits& limits, std::shared_ptr<const run_clock> clock, std::uint64_t total_steps_before = 0);

  /// True where the caller may make one more step.
  bool claim();

  /// Share of the budget that is used, 0 to 1: the larger of that of steps and that of time.
  double used() const;

  /// True where no claim will ever be granted again.
  bool exhausted() const;

  /// No more steps from now on.
  void cancel() { cancelled_.store(true); }

  const budget_limits& limits() const { return limits_; }

 private:
  bool time_is_up() const;

  budget_limits limits_;
  std::shared_ptr<const run_clock> clock_;
  std::atomic<std::uint64_t> claimed_;
  std::atomic<bool> cancelled_ = false;
};

} // namespace paceline
