#include "cluster/node/leader_wait.hpp"

#include <utility>

namespace paceline {

// A snapshot comes without a word to whoever waits, so it is looked for.
constexpr auto leader_look_interval = std::chrono::milliseconds(10);

leader_wait::leader_wait(std::size_t other_nodes, std::chrono::nanoseconds patience,
                         std::function<snapshot_ptr()> newest)
  : other_nodes_(other_nodes), patience_(patience), newest_(std::move(newest)) {}

// Others train, so there is a leader, or will be: its parameters may take a while over a slow network.
constexpr int longer_where_others_train = 3;

void leader_wait::note(const fellow_nodes& others) {
  if (others.one_trains) {
    const std::lock_guard guard(mutex_);
    others_train_ = true;
  } else if (others.heard >= other_nodes_) {
    cancel();
  }
}

void leader_wait::cancel() {
  {
    const std::lock_guard guard(mutex_);
    nothing_to_wait_for_ = true;
  }
  changed_.notify_all();
}

bool leader_wait::waited_long_enough() const {
  return std::chrono::steady_clock::now() - began_at_ >= patience_ * (others_train_ ? longer_where_others_train : 1);
}

snapshot_ptr leader_wait::wait() {
  std::unique_lock lock(mutex_);
  if (!begun_) {
    begun_ = true;
    began_at_ = std::chrono::steady_clock::now();
  }
  for (;;) {
    if (auto snapshot = newest_())
      return snapshot;
    if (nothing_to_wait_for_ || waited_long_enough())
      return nullptr;
    changed_.wait_for(lock, leader_look_interval);
  }
}

} // namespace paceline
