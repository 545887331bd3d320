#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// Where a run stands, as people want to see it. What is not known yet is empty and left out of the line.
struct run_status {
  /// Share of the budget used, 0 to 1.
  double done = 0;
  /// Training time so far, and what is left of it at the present rate.
  std::chrono::nanoseconds elapsed{0};
  std::optional<std::chrono::nanoseconds> left;
  /// Of all workers together.
  std::optional<double> steps_per_second;
  /// Mean over the workers' loss windows.
  std::optional<double> loss;
  /// By group; empty where the group has none.
  std::vector<std::optional<worker_id>> group_leaders;
  std::optional<worker_id> global_leader;
  /// Of the centre in the last test, 0 to 1.
  std::optional<double> test_error;
};

struct line_style {
  /// Cells of the line at most.
  std::size_t width = 80;
  bool colours = false;
  /// Block characters in the bar; otherwise ASCII.
  bool utf8 = false;
};

/// " 42% ████▎░░░  left 5:48  17.3 steps/s  loss 1.234  lead 0.1 *1.0  error 28.1 %"; * marks the global leader.
/// Fields that matter less go first where the width is short; never longer than the width, and without a line end.
std::string progress_bar_line(const run_status& status, const line_style& style);

/// The same without the bar and with nothing left out, for logs: "[4:12]  42%  left 5:48  …".
std::string progress_log_line(const run_status& status);

} // namespace paceline
