#pragma once

#include <cstdint>
#include <mutex>

namespace paceline {

/// Counters of a link since its start, for people and tests.
struct link_counters {
  std::uint64_t messages_sent = 0, messages_received = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::uint64_t snapshots_sent = 0, snapshots_received = 0;
  /// Malformed control messages and transfer requests, messages before a hello, refused hellos.
  std::uint64_t refused_messages = 0;
  /// By frame_refusal; values exchanged with a centre among them.
  std::uint64_t refused_snapshots[6] = {};
  /// Own ones and others' that could not be encoded or decoded here, exchanges among them: there was not enough memory, most likely.
  std::uint64_t failed_snapshots = 0;
  /// Connections that failed to authenticate, as the socket monitors tell.
  std::uint64_t refused_connections = 0;
  /// Messages that were not sent or taken because a peer or this node's link did not keep up, and exchanges whose sender had not
  /// joined or was gone. All are said again.
  std::uint64_t dropped_messages = 0;
};

/// The counters as the threads of a link share them.
class link_tally {
 public:
  template <class Change>
  void update(Change change) {
    const std::lock_guard guard(mutex_);
    change(counters_);
  }

  link_counters read() const {
    const std::lock_guard guard(mutex_);
    return counters_;
  }

 private:
  mutable std::mutex mutex_;
  link_counters counters_;
};

} // namespace paceline
