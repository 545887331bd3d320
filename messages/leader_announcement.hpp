#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace paceline {

/// A decision: who leads from now on, and why. Goes to the followers and, as it is, to the leadership ledger.
struct leader_announcement {
  paceline::scope scope = paceline::scope::group;
  /// The group decided for; 0 where the scope is global.
  std::uint32_t group = 0;
  /// Counts the holders of the place that decides; the decisions of a later holder replace those of all before it.
  std::uint64_t term = 0;
  /// Counts the decisions of one scope (and group); of two of the same term the higher one replaces the lower one.
  std::uint64_t decision = 0;
  worker_id leader;
  /// The leader's steps when it reported the loss that won.
  std::uint64_t leader_steps = 0;
  double loss = 0;
  /// Loss of the next best minus `loss`; 0 where nobody else could be compared.
  double margin = 0;
  /// Steps of all compared workers together when the decision was made.
  std::uint64_t total_steps = 0;
  /// When it was decided, on the run's steady clock.
  std::chrono::nanoseconds decided_at{0};
  /// Why, in words for people.
  std::string reason;
};

} // namespace paceline
