#pragma once

#include "messages/echo.hpp"
#include "messages/node_state.hpp"

#include <caf/actor.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace paceline {

/// What a measuring node knows of the others: its link's actor writes it, its measuring thread waits for it. Thread-safe.
///
/// A measuring node says by its node_state how far it is: steps above 0, it has measured its training and answers at once;
/// beyond that training false, it has measured its links and no longer needs the others.
class peer_board {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  struct peer {
    /// Empty while the peer is not there.
    caf::actor proxy{};
    bool ready = false;
    bool done = false;
    /// The newest answer: its number, and when it came.
    std::uint64_t answered = 0;
    time_point answered_at{};
    /// What the link said of it last.
    std::string said{};

    bool is_there() const { return static_cast<bool>(proxy); }
  };

  explicit peer_board(const std::vector<std::string>& nodes);

  void joined(const std::string& node, caf::actor proxy);
  void lost(const std::string& node, const std::string& reason);
  void heard(const node_state& state);
  void heard(const echo& answer, time_point now);
  /// A line of the link's, which may be about any peer.
  void said(const std::string& line);

  /// The others do not take this node: every wait ends.
  void refused(const std::string& why);

  /// Waits until it holds for what is known of that peer, at most until then; false where it never did.
  /// Throws invalid_input where this node was refused.
  bool wait_for(const std::string& node, time_point deadline, const std::function<bool(const peer&)>& holds);

  /// Of a stranger, an empty one.
  peer of(const std::string& node) const;

 private:
  template <class Change>
  void change(Change make) {
    {
      const std::lock_guard guard(mutex_);
      make();
    }
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, peer> peers_;
  std::string refused_;
};

} // namespace paceline
