#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace paceline {

/// Pictures of a set that were found to be unreadable so far.
struct unreadable_report {
  /// Of `first`: enough to see what is wrong.
  static constexpr std::size_t most_told = 10;

  std::size_t count = 0;
  /// What is wrong with the first few, each in a line that begins with the path.
  std::vector<std::string> first;

  unreadable_report& operator+=(const unreadable_report& other) {
    count += other.count;
    first.insert(first.end(), other.first.begin(), other.first.end());
    first.resize(std::min(first.size(), most_told));
    return *this;
  }
};

/// Keeps account of them, each once. Thread-safe; costs next to nothing while there is none.
class unreadable_pictures {
 public:
  void add(std::size_t picture, const std::string& what) {
    const std::lock_guard guard(mutex_);
    if (!known_.insert(picture).second)
      return;
    if (first_.size() < unreadable_report::most_told)
      first_.push_back(what);
    any_.store(true, std::memory_order_release);
  }

  bool has(std::size_t picture) const {
    if (!any_.load(std::memory_order_acquire))
      return false;
    const std::lock_guard guard(mutex_);
    return known_.contains(picture);
  }

  unreadable_report report() const {
    const std::lock_guard guard(mutex_);
    return {known_.size(), first_};
  }

 private:
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  std::unordered_set<std::size_t> known_;
  std::vector<std::string> first_;
};

} // namespace paceline
