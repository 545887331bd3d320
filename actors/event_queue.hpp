#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace paceline {

/// What is to happen when, in simulated time. Of two at one moment the one that was put first comes first.
class event_queue {
 public:
  using happening = std::function<void()>;

  void put(std::chrono::nanoseconds at, happening what) {
    events_.push_back({at, next_++, std::move(what)});
    std::push_heap(events_.begin(), events_.end(), later);
  }

  bool empty() const { return events_.empty(); }

  /// Of the next one. Requires that there is one.
  std::chrono::nanoseconds next_at() const { return events_.front().at; }

  /// Takes out the next one. Requires that there is one.
  happening take() {
    std::pop_heap(events_.begin(), events_.end(), later);
    auto what = std::move(events_.back().what);
    events_.pop_back();
    return what;
  }

 private:
  struct event {
    std::chrono::nanoseconds at{0};
    std::uint64_t number = 0;
    happening what;
  };

  static bool later(const event& a, const event& b) { return std::pair(a.at, a.number) > std::pair(b.at, b.number); }

  std::vector<event> events_;
  std::uint64_t next_ = 0;
};

} // namespace paceline
