#include "actors/run_clock.hpp"

namespace paceline {

run_clock::run_clock(source now) : source_(std::move(now)), made_at_(source_()) {}

void run_clock::start(std::chrono::nanoseconds training_time_before) {
  offset_.store((now() - training_time_before).count());
  started_.store(true);
}

std::chrono::nanoseconds run_clock::now() const {
  return source_() - made_at_;
}

std::chrono::nanoseconds run_clock::training_time() const {
  if (!started_.load())
    return std::chrono::nanoseconds{0};
  return now() - std::chrono::nanoseconds(offset_.load());
}

void run_clock::exclude(std::chrono::nanoseconds time) {
  offset_.fetch_add(time.count());
}

std::chrono::nanoseconds run_clock::steady_time() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace paceline
