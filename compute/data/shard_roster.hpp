#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace paceline {

/// Which shards have a worker that trains now, as far as this process knows. Whoever watches over workers keeps it up to date;
/// batch loaders read it at the start of each epoch (shard::order). Thread-safe; nobody waits beyond the copy of a few bits.
class shard_roster {
 public:
  /// All of so many shards have one.
  explicit shard_roster(std::size_t shards) : live_(shards, true) {}

  /// The shard's worker is lost, or is there again. Requires a shard of the roster.
  void set(std::size_t shard, bool live) {
    const std::lock_guard guard(mutex_);
    live_.at(shard) = live;
  }

  /// Requires a shard of the roster.
  bool is_live(std::size_t shard) const {
    const std::lock_guard guard(mutex_);
    return live_.at(shard);
  }

  /// One entry a shard.
  std::vector<bool> live() const {
    const std::lock_guard guard(mutex_);
    return live_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<bool> live_;
};

} // namespace paceline
