#include "actors/contribution_rounds.hpp"

#include <algorithm>
#include <utility>

namespace paceline {

contribution_rounds::contribution_rounds(std::vector<worker_id> workers, bool together, bool begun)
  : live_(workers.begin(), workers.end()), together_(together), begun_(begun) {}

std::vector<contribution> contribution_rounds::add(contribution one) {
  live_.insert(one.worker);
  if (begun_ && !together_)
    return {std::move(one)};
  // A worker that was restarted gives anew.
  std::erase_if(waiting_, [&](const auto& other) { return other.worker == one.worker; });
  const auto place =
    std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& other) { return one.worker < other.worker; });
  waiting_.insert(place, std::move(one));
  return take_where_complete();
}

std::vector<contribution> contribution_rounds::leave(worker_id worker) {
  live_.erase(worker);
  std::erase_if(waiting_, [&](const auto& other) { return other.worker == worker; });
  return take_where_complete();
}

std::vector<contribution> contribution_rounds::take_where_complete() {
  if (waiting_.empty() || waiting_.size() < live_.size())
    return {};
  begun_ = true;
  return std::exchange(waiting_, {});
}

} // namespace paceline
