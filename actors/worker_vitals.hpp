#pragma once

#include <atomic>
#include <cstdint>

namespace paceline {

/// What a compute actor and whoever watches over it share, so that either knows of the other without a message: a killed actor
/// can not be asked, and one that is stuck in a step does not listen. One for each incarnation of a worker. Thread-safe.
struct worker_vitals {
  /// Steps made, as the worker counts them: written by the compute actor after each step.
  std::atomic<std::uint64_t> steps = 0;
  /// Set when another one has taken the worker's place: whatever this one still does, it says no more.
  std::atomic<bool> retired = false;
};

} // namespace paceline
