#pragma once

#include "cluster/faults/fault_roster.hpp"
#include "cluster/faults/fault_settings.hpp"
#include "messages/fault.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace paceline {

/// When which fault strikes whom: a pure function of its arguments, so that every node computes the same without a word.
///
/// Time from `begin` on is divided into spans of one fault each, 1 h / per_hour, and each is drawn a moment in its span: a
/// storm of ten minutes has as many faults as its rate says, whatever the seed. Kinds come in shuffled rounds of all of
/// them. Whole numbers decide, so that no machine rounds differently.
class fault_schedule {
 public:
  /// Requires at least one node.
  fault_schedule(fault_settings settings, fault_roster roster);

  /// All faults with after < at <= until, in order of time.
  std::vector<fault> between(std::chrono::nanoseconds after, std::chrono::nanoseconds until) const;

 private:
  fault drawn(std::uint64_t index) const;
  fault written(std::size_t index) const;
  /// The kind of the fault drawn at that place.
  fault_kind kind_at(std::uint64_t index) const;
  std::chrono::nanoseconds average_duration(fault_kind kind) const;

  fault_settings settings_;
  fault_roster roster_;
  /// Between two drawn faults on average.
  std::chrono::nanoseconds gap_;
};

} // namespace paceline
