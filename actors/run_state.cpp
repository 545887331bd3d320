#include "actors/run_state.hpp"

#include <cassert>

namespace paceline {

std::vector<float> centre_of(const run_state& state) {
  assert(!state.workers.empty());
  const auto count = static_cast<double>(state.workers.size());
  std::vector<float> centre(state.workers.front().training.parameters.size());
  for (std::size_t i = 0; i < centre.size(); ++i) {
    double sum = 0;
    for (const auto& worker : state.workers)
      sum += worker.training.parameters[i];
    centre[i] = static_cast<float>(sum / count);
  }
  return centre;
}

} // namespace paceline
