#pragma once

#include "messages/fault.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// The faults that a run rehearses: drawn from a seed at a rate, written down one by one, or both. None by default.
struct fault_settings {
  /// Of the drawn ones; a seed of their own, so that the same storm can strike different runs.
  std::uint64_t seed = 1;
  /// How many are drawn in an hour of training time; 0 for none.
  double per_hour = 0;
  /// Kinds that are drawn, each as often as the others.
  std::vector<fault_kind> kinds{all_fault_kinds.begin(), all_fault_kinds.end()};
  /// Training time before which none is drawn.
  std::chrono::nanoseconds begin = std::chrono::seconds(10);
  /// How long a fault of each kind lasts on average: drawn ones from half of it to one and a half times.
  std::chrono::nanoseconds freeze_time = std::chrono::seconds(3);
  std::chrono::nanoseconds slow_time = std::chrono::seconds(10);
  std::chrono::nanoseconds cut_time = std::chrono::seconds(5);
  std::chrono::nanoseconds corrupt_time = std::chrono::seconds(10);
  std::chrono::nanoseconds false_loss_time = std::chrono::seconds(5);
  /// How many times as long the steps of a slowed worker take.
  double slow_factor = 4;
  /// Least time that every step of every worker takes, faults or not: with it, workers that share too few cores do not
  /// speed each other up by dying.
  std::optional<std::chrono::nanoseconds> step_time;

  /// One that is written down. What is empty is taken from the averages above, or has no meaning for the kind.
  struct entry {
    std::chrono::nanoseconds at{0};
    fault_kind kind = fault_kind::kill_worker;
    std::string node{};
    std::optional<worker_id> worker{};
    std::optional<std::chrono::nanoseconds> duration{};
    std::optional<double> factor{};
    std::optional<cut_direction> direction{};
  };
  std::vector<entry> list;

  bool has_faults() const { return per_hour > 0 || !list.empty(); }
};

} // namespace paceline
