#include "cluster/link/linked_plane.hpp"

#include <utility>

namespace paceline {

linked_plane::linked_plane(std::shared_ptr<parameter_plane> local) : local_(std::move(local)) {}

std::shared_ptr<snapshot_slot> linked_plane::subscribe(scope of, std::uint32_t group) {
  return local_->subscribe(of, group);
}

void linked_plane::publish(const snapshot_ptr& snapshot) {
  local_->publish(snapshot);
  if (snapshot->scope != scope::global)
    return;
  const std::lock_guard guard(mutex_);
  if (sender_ != nullptr)
    sender_->publish(snapshot);
}

snapshot_ptr linked_plane::newest(scope of, std::uint32_t group) const {
  return local_->newest(of, group);
}

void linked_plane::set_sender(frame_worker* sender) {
  const std::lock_guard guard(mutex_);
  sender_ = sender;
}

} // namespace paceline
