#pragma once

#include "actors/simulated_network.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace paceline {

/// The time of a simulated cluster: stands where its conductor puts it. The source of the run's clock.
using simulated_time = std::shared_ptr<std::atomic<std::chrono::nanoseconds::rep>>;

/// A cluster of which each worker has a device of its own, simulated on fewer: workers take turns on the processors that there are, each with
/// a clock of its own made of the times that its steps take, and messages arrive when a model of the links says so.
struct simulation_settings {
  link_model links;
  /// What a step takes; the processor's time that it took where it is not given, and then no two runs are the same.
  std::optional<std::chrono::nanoseconds> step_time;
  /// Largest deviation of a step from step_time, as a share of it, drawn anew for each.
  double step_spread = 0.1;
  std::uint64_t seed = 0;
  /// Gradients that are computed at once.
  std::size_t processors = 1;
  simulated_time time;
};

} // namespace paceline
