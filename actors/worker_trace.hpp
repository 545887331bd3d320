#pragma once

#include "compute/trainer.hpp"
#include "messages/progress.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace paceline {

/// Notes where a worker stands before every so many of its steps, and the loss there: the path that it takes, step by step. Points of
/// more numbers than anybody draws are told without them.
class worker_trace {
 public:
  static constexpr std::size_t most_coordinates = 16;

  /// `every`: steps between two notes; 0 for none.
  worker_trace(worker_id worker, std::uint64_t every) : worker_(worker), every_(every) {}

  /// Before a step: when all that changes the parameters ahead of the step's gradient has been done.
  void look(const trainer& device);

  /// After the step, with the loss that it computed. Empty where nothing was to be noted before it.
  std::optional<worker_point> take(double loss);

 private:
  worker_id worker_;
  std::uint64_t every_;
  std::optional<worker_point> noted_;
};

} // namespace paceline
