#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace paceline {

/// Makes numbered items ahead of their use, on a thread of its own, into a fixed number of slots: item k lies
/// in slot k % slots. Knows numbers only; the items are the caller's.
///
///   items  ... [begin ........ made) made ........ begin + slots
///               held and ready       being made, then free
class prefetch_ring {
 public:
  /// Makes item `step` in its slot. Called on the ring's thread for one item at a time, again after a jump,
  /// so that it must be a pure function of `step`. It never writes a slot that the caller may read.
  using make_item = std::function<void(std::uint64_t step, std::size_t slot)>;

  /// Requires slots >= 2: one that the caller reads, one at least to fill meanwhile.
  prefetch_ring(std::size_t slots, make_item make);

  /// Waits for the item that is being made, if any, and drops the rest.
  ~prefetch_ring();

  prefetch_ring(const prefetch_ring&) = delete;
  prefetch_ring& operator=(const prefetch_ring&) = delete;

  /// Waits until item `step` is made and returns its slot, which stays as it is until the next call. Ready at
  /// once where steps are asked for in order and the thread keeps up; any other step makes the thread start
  /// over there. What `make_item` throws ends the thread and is thrown here, from the first item on that is
  /// not ready.
  std::size_t get(std::uint64_t step);

  /// Time that `get` has spent waiting since the start.
  std::chrono::nanoseconds waited() const { return waited_; }

 private:
  void run();
  void make_until_stopped();

  const std::size_t slots_;
  const make_item make_;
  /// Of the calling thread alone.
  std::chrono::nanoseconds waited_{0};

  std::mutex mutex_;
  std::condition_variable item_made_;
  std::condition_variable slot_freed_;
  /// Guarded by mutex_ from here on.
  std::uint64_t begin_ = 0;
  std::uint64_t made_ = 0;
  bool stopping_ = false;
  std::exception_ptr failure_;

  /// Last, so that all it uses is there before it starts.
  std::thread thread_;
};

} // namespace paceline
