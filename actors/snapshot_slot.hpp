#pragma once

#include "messages/leader_snapshot.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>

namespace paceline {

/// Where a follower finds the newest snapshot of one scope: a mailbox for exactly one. A snapshot that was not taken when a
/// newer one comes is dropped; an older one than the last put is refused. Any thread may put, one takes; neither ever waits
/// for the other beyond the exchange of a pointer.
class snapshot_slot {
 public:
  void put(snapshot_ptr snapshot) {
    snapshot_ptr dropped; // freed outside the lock: it may be the last reference to many megabytes
    const std::lock_guard guard(mutex_);
    const decision_order order{snapshot->term, snapshot->decision};
    if (order <= newest_)
      return;
    newest_ = order;
    dropped = std::exchange(snapshot_, std::move(snapshot));
    if (dropped)
      superseded_.fetch_add(1, std::memory_order_relaxed);
    filled_.store(true, std::memory_order_release);
  }

  /// The snapshot that came since the last take, or nullptr.
  snapshot_ptr take() {
    if (!filled_.load(std::memory_order_acquire))
      return nullptr;
    const std::lock_guard guard(mutex_);
    filled_.store(false, std::memory_order_relaxed);
    return std::exchange(snapshot_, nullptr);
  }

  /// Snapshots dropped for a newer one.
  std::uint64_t superseded() const { return superseded_.load(std::memory_order_relaxed); }

 private:
  /// Term, then decision.
  using decision_order = std::pair<std::uint64_t, std::uint64_t>;

  std::atomic<bool> filled_ = false;
  std::atomic<std::uint64_t> superseded_ = 0;
  std::mutex mutex_;
  snapshot_ptr snapshot_;
  decision_order newest_{0, 0};
};

} // namespace paceline
