#pragma once

#include "compute/backend.hpp"
#include "compute/machine_limits.hpp"
#include "compute/model.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

/// One way through some layers beside the machine's limits (Williams, Waterman and Patterson, "Roofline", 2009).
struct pass_roofline {
  double seconds = 0;
  /// Operations of the layers' definition a second, as a share of what the machine can do: an algorithm that needs fewer of them
  /// may reach more than 1.
  double of_peak = 0;
  /// The least that has to be read and written a second, as a share of the machine's bandwidth: above 1 where it stays in caches.
  double of_bandwidth = 0;
};

/// Layers that the network computes as one.
struct roofline_row {
  /// "conv1 convolution relu max_pool".
  std::string layers;
  /// Algorithms forward, for the weights' gradient and the input's, as far as there was a choice.
  std::vector<std::string> by;
  pass_roofline forward;
  pass_roofline backward;
};

/// What a network told about several training steps, at least one; medians count.
std::vector<roofline_row> roofline_of(const model& network, const std::vector<std::vector<layer_report>>& steps,
                                      std::int64_t batch_size, const machine_limits& limits);

/// A table with a line for each row, and one for the rest of a step.
std::string to_text(const std::vector<roofline_row>& rows, const machine_limits& limits, double rest_seconds);
nlohmann::json to_json(const std::vector<roofline_row>& rows, const machine_limits& limits, double rest_seconds);

} // namespace paceline
