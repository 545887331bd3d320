#pragma once

#include "actors/worker_training.hpp"
#include "messages/leader_announcement.hpp"
#include "messages/leader_snapshot.hpp"

#include <mutex>

namespace paceline {

/// The way to a worker's parameters that does not pass its compute actor's mailbox, which is not read in the midst of a step: a
/// leader's snapshot is out as soon as it is elected, and its copy costs the leader no time. One for each incarnation of a
/// worker. Thread-safe.
class live_parameters {
 public:
  /// From now on `source` can be copied; it must outlive its closing.
  void open(worker_training& source) {
    const std::lock_guard guard(mutex_);
    source_ = &source;
  }

  /// Waits for a copy that is being made.
  void close() {
    const std::lock_guard guard(mutex_);
    source_ = nullptr;
  }

  /// As worker_training::try_take_snapshot; nullptr, too, while it is closed.
  snapshot_ptr try_take_snapshot(const leader_announcement& decision) {
    const std::lock_guard guard(mutex_);
    return source_ == nullptr ? nullptr : source_->try_take_snapshot(decision);
  }

 private:
  std::mutex mutex_;
  worker_training* source_ = nullptr;
};

} // namespace paceline
