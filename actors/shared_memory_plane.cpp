#include "actors/parameter_plane.hpp"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace paceline {
namespace {

class shared_memory_plane final : public parameter_plane {
 public:
  std::shared_ptr<snapshot_slot> subscribe(scope of, std::uint32_t group) override {
    auto slot = std::make_shared<snapshot_slot>();
    const std::lock_guard guard(mutex_);
    channels_[key(of, group)].slots.push_back(slot);
    return slot;
  }

  void publish(const snapshot_ptr& snapshot) override {
    snapshot_ptr dropped; // freed outside the lock: it may be the last reference to many megabytes
    const std::lock_guard guard(mutex_);
    auto& channel = channels_[key(snapshot->scope, snapshot->group)];
    if (!channel.newest || order(*channel.newest) < order(*snapshot))
      dropped = std::exchange(channel.newest, snapshot);
    std::erase_if(channel.slots, [&](const auto& weak) {
      const auto slot = weak.lock();
      if (slot)
        slot->put(snapshot);
      return !slot;
    });
  }

  snapshot_ptr newest(scope of, std::uint32_t group) const override {
    const std::lock_guard guard(mutex_);
    const auto found = channels_.find(key(of, group));
    return found == channels_.end() ? nullptr : found->second.newest;
  }

 private:
  using channel_key = std::pair<scope, std::uint32_t>;

  struct channel {
    std::vector<std::weak_ptr<snapshot_slot>> slots;
    snapshot_ptr newest;
  };

  static channel_key key(scope of, std::uint32_t group) { return {of, of == scope::global ? 0 : group}; }

  static std::pair<std::uint64_t, std::uint64_t> order(const leader_snapshot& s) { return {s.term, s.decision}; }

  mutable std::mutex mutex_;
  std::map<channel_key, channel> channels_;
};

} // namespace

std::shared_ptr<parameter_plane> make_shared_memory_plane() {
  return std::make_shared<shared_memory_plane>();
}

} // namespace paceline
