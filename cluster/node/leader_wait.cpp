#include "cluster/node/leader_wait.hpp"

#include <algorithm>

namespace paceline {

// A snapshot comes without a word to whoever waits, so it is looked for.
constexpr auto look_interval = std::chrono::milliseconds(10);

leader_wait::leader_wait(std::size_t other_nodes, std::chrono::nanoseconds patience,
                         std::function<snapshot_ptr()> newest)
  : other_nodes_(other_nodes), patience_(patience), newest_(std::move(newest)) {}

void leader_wait::note(const node_state& state) {
  const bool all_are_new =
    state.others.size() >= other_nodes_
    && std::all_of(state.others.begin(), state.others.end(), [](const auto& other) { return other.steps == 0; });
  if (all_are_new)
    cancel();
}

void leader_wait::cancel() {
  {
    const std::lock_guard guard(mutex_);
    nothing_to_wait_for_ = true;
  }
  changed_.notify_all();
}

snapshot_ptr leader_wait::wait() {
  std::unique_lock lock(mutex_);
  if (!begun_) {
    begun_ = true;
    deadline_ =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(patience_);
  }
  for (;;) {
    if (auto snapshot = newest_())
      return snapshot;
    if (nothing_to_wait_for_ || std::chrono::steady_clock::now() >= deadline_)
      return nullptr;
    changed_.wait_for(lock, look_interval);
  }
}

} // namespace paceline
