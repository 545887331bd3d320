#include "actors/parameter_plane.hpp"

#include <map>
#include <mutex>
#include <vector>

namespace paceline {
namespace {

class shared_memory_plane final : public parameter_plane {
 public:
  std::shared_ptr<snapshot_slot> subscribe(scope of, std::uint32_t group) override {
    auto slot = std::make_shared<snapshot_slot>();
    const std::lock_guard guard(mutex_);
    slots_[key(of, group)].push_back(slot);
    return slot;
  }

  void publish(const snapshot_ptr& snapshot) override {
    const std::lock_guard guard(mutex_);
    auto& slots = slots_[key(snapshot->scope, snapshot->group)];
    std::erase_if(slots, [&](const auto& weak) {
      const auto slot = weak.lock();
      if (slot)
        slot->put(snapshot);
      return !slot;
    });
  }

 private:
  using slot_key = std::pair<scope, std::uint32_t>;

  static slot_key key(scope of, std::uint32_t group) { return {of, of == scope::global ? 0 : group}; }

  std::mutex mutex_;
  std::map<slot_key, std::vector<std::weak_ptr<snapshot_slot>>> slots_;
};

} // namespace

std::shared_ptr<parameter_plane> make_shared_memory_plane() {
  return std::make_shared<shared_memory_plane>();
}

} // namespace paceline
