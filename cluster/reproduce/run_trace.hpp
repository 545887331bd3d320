#pragma once

#include "cluster/report/curve_math.hpp"
#include "cluster/report/figure.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// Of lines that were not measured: black, and no worker's.
inline constexpr std::size_t reference_colour = 6;

/// Where a worker stood after so many steps.
struct traced_point {
  std::uint64_t steps = 0;
  /// NaN where it was not finite.
  double loss = 0;
  /// Empty where the parameters are too many to be recorded.
  std::vector<double> point{};
};

/// The paths of a run's workers (objective.trace) and who led them. Workers are counted over all groups.
struct run_trace {
  /// By worker; each in the order of its steps.
  std::vector<std::vector<traced_point>> workers{};
  /// Of each decision in its order: about the leader of all, or of the first group where nobody leads all.
  std::vector<std::size_t> leaders{};
};

/// Reads a run's logs line by line; what is half written at their end is passed over.
/// Throws io_failure where one cannot be read, invalid_input where the folder is none of a run.
run_trace read_trace(const std::filesystem::path& folder);

/// The least loss over the workers after each number of steps that all of them have told of.
std::vector<figure_point> best_losses(const run_trace& trace);

/// The worker's losses, one point for each step.
std::vector<figure_point> losses_of(const run_trace& trace, std::size_t worker);

/// The median of several curves and the band from the least to the greatest, at the x that all have; curves have a point at each of 0, 1,
/// 2 and so on. Of one curve there is no band. Of an even number the lower of the two in the middle, so that it is one that was measured.
banded_curve median_of_curves(const std::vector<std::vector<figure_point>>& curves);

/// Somebody led from one iteration to another, both counted from 1 and included.
struct led_iterations {
  std::size_t worker = 0;
  std::size_t first = 0;
  std::size_t last = 0;

  friend bool operator==(const led_iterations&, const led_iterations&) = default;
};

/// Turns in which workers led, of the leader of each iteration.
std::vector<led_iterations> turns_of(std::span<const std::size_t> leaders);

/// "1 (1 to 7), 4 (8 to 13), 3 (24 on)": workers counted from 1. The last turn is left open.
std::string turns_text(std::span<const led_iterations> turns);

/// A row for each worker, with a bar for each of its turns.
figure_curve lanes_of(std::span<const led_iterations> turns);

/// "worker 1", "worker 2" and so on.
std::vector<std::string> worker_names(std::size_t workers);

} // namespace paceline
