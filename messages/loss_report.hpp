#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>

namespace paceline {

/// What a worker tells its group leader now and then: how far it is and how well it does.
struct loss_report {
  worker_id worker;
  /// Steps made since the run began, its resumed parts included.
  std::uint64_t steps = 0;
  /// Mean training loss over the loss window; meaningless while `window_full` is false.
  double loss = 0;
  /// False until the window has seen as many steps as it is long: such a worker cannot lead.
  bool window_full = false;
  /// When the loss was measured, on the run's steady clock.
  std::chrono::nanoseconds measured_at{0};
};

} // namespace paceline
