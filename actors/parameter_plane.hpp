#pragma once

#include "actors/snapshot_slot.hpp"
#include "messages/leader_snapshot.hpp"

#include <memory>

namespace paceline {

/// How leaders' parameters reach their followers. All calls are thread-safe and none waits for a follower.
class parameter_plane {
 public:
  virtual ~parameter_plane() = default;

  /// A slot that from now on receives each snapshot of that scope; `group` counts only where the scope is a group.
  /// The subscription ends when the caller drops the slot.
  virtual std::shared_ptr<snapshot_slot> subscribe(scope of, std::uint32_t group) = 0;

  /// Puts the snapshot into every slot of its scope (and group).
  virtual void publish(const snapshot_ptr& snapshot) = 0;

  /// The newest snapshot published to that scope (and group) so far, or nullptr before the first: what a late or restarted
  /// worker begins from. One is held per scope and group.
  virtual snapshot_ptr newest(scope of, std::uint32_t group) const = 0;
};

/// The plane inside one process: followers read the very buffer that the leader wrote.
std::shared_ptr<parameter_plane> make_shared_memory_plane();

} // namespace paceline
