#pragma once

#include "actors/parameter_plane.hpp"
#include "cluster/link/frame_worker.hpp"

#include <memory>
#include <mutex>

namespace paceline {

/// The plane of a node that is linked to others: what is published here reaches this node's followers at once, as one shared
/// buffer; global snapshots are also handed to the link. Outlives the link, and is then the plane inside one process.
class linked_plane final : public parameter_plane {
 public:
  /// `local` is also where the link puts what comes from the peers.
  explicit linked_plane(std::shared_ptr<parameter_plane> local);

  std::shared_ptr<snapshot_slot> subscribe(scope of, std::uint32_t group) override;
  void publish(const snapshot_ptr& snapshot) override;
  snapshot_ptr newest(scope of, std::uint32_t group) const override;

  /// Where global snapshots go from now on; nullptr for nowhere. Waits for a publish that is under way (microseconds).
  void set_sender(frame_worker* sender);

 private:
  std::shared_ptr<parameter_plane> local_;
  std::mutex mutex_;
  frame_worker* sender_ = nullptr;
};

} // namespace paceline
