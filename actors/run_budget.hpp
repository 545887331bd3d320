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
/// total is met exactly, and a fast worker makes more of them than a slow one. Steps that other processes of the run make count as
/// far as they are known here. Thread-safe; never waits.
class run_budget {
 public:
  run_budget(const budget_limits& limits, std::shared_ptr<const run_clock> clock, std::uint64_t total_steps_before = 0);

  /// True where the caller may make one more step.
  bool claim();

  /// Steps that other processes, or earlier ones in the place of this one, have made by now. Never falls: of several calls the
  /// largest number counts.
  void note_elsewhere(std::uint64_t steps);

  /// Steps claimed here, those before the start included.
  std::uint64_t claimed() const { return claimed_.load(); }

  /// Share of the budget that is used, 0 to 1: the larger of that of steps and that of time.
  double used() const;

  /// True where no claim will ever be granted again.
  bool exhausted() const;

  /// No more steps from now on.
  void cancel() { cancelled_.store(true); }
  bool cancelled() const { return cancelled_.load(); }

  const budget_limits& limits() const { return limits_; }

 private:
  /// Once it is, it stays so, though what a test took may be left out of the time afterwards.
  bool time_is_up() const;
  mutable std::atomic<bool> time_was_up_ = false;
  bool steps_are_used_up(std::uint64_t claimed) const;

  budget_limits limits_;
  std::shared_ptr<const run_clock> clock_;
  std::atomic<std::uint64_t> claimed_;
  std::atomic<std::uint64_t> elsewhere_ = 0;
  std::atomic<bool> cancelled_ = false;
};

} // namespace paceline
