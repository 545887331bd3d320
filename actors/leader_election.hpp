#pragma once

#include "messages/loss_report.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace paceline {

/// The outcome of one comparison.
struct election {
  /// The report that won; empty where nobody can lead.
  std::optional<loss_report> winner;
  /// Loss of the next best minus that of the winner; 0 where nobody else could be compared.
  double margin = 0;
  /// Why, in words for people: who was compared, who was left out and for what.
  std::string reason;
};

/// Chooses the worker of least loss. A report cannot win where its loss window is not full, its loss is not finite, or it is
/// older than `max_age` at `now`. Ties go to the lowest worker id. A pure function.
election elect(std::span<const loss_report> reports, std::chrono::nanoseconds now, std::chrono::nanoseconds max_age);

} // namespace paceline
