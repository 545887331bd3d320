#pragma once

#include "compute/objective.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace paceline {

/// What a worker's steps are made to be like. All of it is called on the worker's own thread, with steps counted from 0.
struct paced_steps {
  using time_point = std::chrono::steady_clock::time_point;

  /// When a step that begins now is to end; in the past for at once.
  std::function<time_point(std::uint64_t step, time_point begins)> end_of;
  /// The step's loss.
  std::function<double(std::uint64_t step)> loss_of;
  /// Told of each step. Optional.
  std::function<void(std::uint64_t step, time_point began, time_point ended)> made;
};

/// Has four parameters at rest and sleeps through its steps: what is measured around it is the protocol alone, and many more workers
/// than cores can be had.
std::unique_ptr<objective> make_paced_objective(paced_steps steps);

} // namespace paceline
