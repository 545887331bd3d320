#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace paceline {

/// Multi-leader LSGD as data (Teng et al. 2019, algorithm 1): what decides when workers are compared and how strongly they
/// are pulled.
struct strategy_settings {
  /// τ: steps a worker between decisions within a group; 0 for never.
  std::uint64_t period_group = 64;
  /// τ_G: steps a worker between decisions over all groups; 0 for never.
  std::uint64_t period_global = 128;
  /// λ and λ_G, in [0, 1]; not multiplied by the learning rate.
  double pull_group = 0.1;
  double pull_global = 0.1;
  /// Training losses averaged for a comparison.
  std::size_t loss_window = 10;
  /// A report older than this cannot win an election: its worker may be gone.
  std::chrono::nanoseconds max_report_age = std::chrono::seconds(60);
};

/// How many steps a worker makes between two reports: at most four reports a period, and a divisor of both periods, so that the
/// counted steps of a group meet each multiple of workers * period exactly. Where nothing is ever decided, 16.
std::uint64_t report_interval(const strategy_settings& strategy);

} // namespace paceline
