#include "compute/data/prefetch_ring.hpp"

#include <cassert>
#include <utility>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace paceline {

namespace {

// A thread starts on its maker's cores. A training thread is pinned to one core, where this thread would take
// the time from it that it is meant to save. The process's main thread, which is never pinned, knows the
// cores that the user allowed. Where this fails the items are made all the same, only later.
void leave_the_makers_core() {
  cpu_set_t cores;
  if (sched_getaffinity(getpid(), sizeof(cores), &cores) == 0)
    pthread_setaffinity_np(pthread_self(), sizeof(cores), &cores);
}

} // namespace

prefetch_ring::prefetch_ring(std::size_t slots, make_item make)
  : slots_(slots), make_(std::move(make)), thread_([this] { run(); }) {
  assert(slots >= 2);
}

prefetch_ring::~prefetch_ring() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  slot_freed_.notify_one();
  thread_.join();
}

std::size_t prefetch_ring::get(std::uint64_t step) {
  std::unique_lock lock(mutex_);
  // What lies between is intact, so that asking again and skipping ahead a little cost nothing.
  if (step < begin_ || step > made_)
    made_ = step;
  begin_ = step;
  slot_freed_.notify_one();
  const auto made_or_failed = [&] { return made_ > step || failure_ != nullptr; };
  if (!made_or_failed()) {
    const auto start = std::chrono::steady_clock::now();
    item_made_.wait(lock, made_or_failed);
    waited_ += std::chrono::steady_clock::now() - start;
  }
  if (made_ <= step)
    std::rethrow_exception(failure_);
  return static_cast<std::size_t>(step % slots_);
}

void prefetch_ring::run() {
  pthread_setname_np(pthread_self(), "prefetch");
  leave_the_makers_core();
  try {
    make_until_stopped();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    item_made_.notify_one();
  }
}

void prefetch_ring::make_until_stopped() {
  std::unique_lock lock(mutex_);
  while (true) {
    slot_freed_.wait(lock, [&] { return stopping_ || made_ < begin_ + slots_; });
    if (stopping_)
      return;
    const auto step = made_;
    lock.unlock();
    make_(step, static_cast<std::size_t>(step % slots_));
    lock.lock();
    // After a jump meanwhile this is not the item that is asked for, unless the jump led just here.
    if (made_ == step) {
      ++made_;
      item_made_.notify_one();
    }
  }
}

} // namespace paceline
