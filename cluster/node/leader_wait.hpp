#pragma once

#include "actors/node_settings.hpp"
#include "messages/leader_snapshot.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace paceline {

/// Decides for how long a node that starts waits for the parameters of the run's leader: until they are there, all other nodes
/// have been heard of and none trains, or patience has run out (three times patience where another node trains). Thread-safe.
class leader_wait {
 public:
  /// `newest` gives the newest global snapshot known here, or nullptr.
  leader_wait(std::size_t other_nodes, std::chrono::nanoseconds patience, std::function<snapshot_ptr()> newest);

  /// What this node knows of the others now.
  void note(const fellow_nodes& others);

  /// There is nothing to wait for any more.
  void cancel();

  /// Blocks. nullptr where there is no leader to start from. The patience begins with the first call.
  snapshot_ptr wait();

 private:
  bool waited_long_enough() const;

  std::size_t other_nodes_;
  std::chrono::nanoseconds patience_;
  std::function<snapshot_ptr()> newest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::steady_clock::time_point began_at_;
  bool begun_ = false;
  bool others_train_ = false;
  bool nothing_to_wait_for_ = false;
};

} // namespace paceline
