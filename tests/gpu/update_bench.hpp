#pragma once

#include "compute/model.hpp"

namespace paceline::cuda {

/// Bytes read and written a second on the first GPU, over all of a model's parameters.
struct update_rates {
  /// The optimiser's step with momentum, without and with both pulls.
  double step = 0;
  double step_and_pulls = 0;
  /// The device's own copy of as many numbers from one place to another.
  double copy = 0;
};

/// Throws device_failure.
update_rates measure_update(const model& m);

} // namespace paceline::cuda
