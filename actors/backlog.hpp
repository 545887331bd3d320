#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace paceline {

/// Counts what an observer was told and has not taken in yet, and bounds it: what is told again and again is left out while too
/// much waits. A mailbox has no bound of its own, and a disk may stand still for minutes. Thread-safe.
class backlog {
 public:
  /// `most`: what may wait.
  explicit backlog(std::size_t most) : most_(most) {}

  /// One more will be told. False where too much waits: it is not to be told then, and counts as dropped.
  bool enter() {
    if (waiting_.fetch_add(1) < most_)
      return true;
    waiting_.fetch_sub(1);
    dropped_.fetch_add(1);
    return false;
  }

  /// One more will be told, however much waits.
  void enter_surely() { waiting_.fetch_add(1); }

  /// The observer has taken one in.
  void leave() { waiting_.fetch_sub(1); }

  std::uint64_t dropped() const { return dropped_.load(); }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

} // namespace paceline
