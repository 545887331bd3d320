#include "actors/run_clock.hpp"

namespace paceline {

run_clock::run_clock(source now) : source_(std::move(now)), made_at_(source_()) {}

void run_clock::start(std::chrono::nanoseconds training_time_before) {
  const auto begun = now();
  offset_.store((begun - training_time_before).count());
  offset_here_.store(begun.count());
  started_.store(true);
  // In this order, and the other way round in catch_up, so that one of the two sees the other.
  raise_to(std::chrono::nanoseconds(at_least_.load()));
}

void run_clock::catch_up(std::chrono::nanoseconds training_time) {
  auto known = at_least_.load();
  while (known < training_time.count() && !at_least_.compare_exchange_weak(known, training_time.count())) {
  }
  if (started_.load())
    raise_to(training_time);
}

void run_clock::raise_to(std::chrono::nanoseconds training_time) {
  const auto offset = (now() - training_time).count();
  auto current = offset_.load();
  while (offset < current && !offset_.compare_exchange_weak(current, offset)) {
  }
}

std::chrono::nanoseconds run_clock::now() const {
  return source_() - made_at_;
}

std::chrono::nanoseconds run_clock::training_time() const {
  if (const auto stopped = stopped_at_.load(); stopped != runs_on)
    return std::chrono::nanoseconds(stopped);
  if (!started_.load())
    return std::chrono::nanoseconds{0};
  return now() - std::chrono::nanoseconds(offset_.load());
}

std::chrono::nanoseconds run_clock::training_time_here() const {
  if (const auto stopped = stopped_here_at_.load(); stopped != runs_on)
    return std::chrono::nanoseconds(stopped);
  if (!started_.load())
    return std::chrono::nanoseconds{0};
  return now() - std::chrono::nanoseconds(offset_here_.load());
}

void run_clock::exclude(std::chrono::nanoseconds time) {
  offset_.fetch_add(time.count());
  offset_here_.fetch_add(time.count());
}

void run_clock::stop() {
  stopped_here_at_.store(training_time_here().count());
  stopped_at_.store(training_time().count());
}

std::chrono::nanoseconds run_clock::steady_time() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace paceline
