#include "actors/worker_trace.hpp"

#include <utility>

namespace paceline {

void worker_trace::look(const trainer& device) {
  noted_.reset();
  if (every_ == 0 || device.steps() % every_ != 0)
    return;
  noted_ = worker_point{.worker = worker_, .steps = device.steps()};
  if (device.layout().size() > most_coordinates)
    return;
  noted_->point.resize(device.layout().size());
  device.copy_parameters(noted_->point);
}

std::optional<worker_point> worker_trace::take(double loss) {
  auto result = std::exchange(noted_, std::nullopt);
  if (result)
    result->loss = loss;
  return result;
}

} // namespace paceline
