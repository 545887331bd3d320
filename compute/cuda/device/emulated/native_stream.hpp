#pragma once

#include "compute/cuda/device/stream.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

// The host in a device's place. As late as a device may do it: what is put into a stream is done when somebody waits for it, on the thread
// that waits. So what the host changes too early, looks at too soon or gives back while it is in use, and a stream that goes ahead of
// another one, show in tests.

namespace paceline::cuda {

using work = std::function<void()>;

/// Held while work is put in or done: the whole device does one thing at a time.
std::recursive_mutex& device_lock();

struct stream::native {
  native();
  /// Does what is left, as a device does.
  ~native();
  native(const native&) = delete;
  native& operator=(const native&) = delete;

  void put(work what);
  /// Does the next. Requires: there is one.
  void do_next();
  void finish();

  std::deque<work> waiting;
  /// Where to put what is put in while it is recorded.
  std::vector<work>* recording = nullptr;
};

/// Does all that was put into any stream: giving memory back waits for that, as on a device.
void finish_all_streams();

/// Blocks of memory that the device sees: its own and pinned ones of the host.
void add_visible_memory(const std::byte* data, std::size_t bytes);
/// Waits for the device first.
void remove_visible_memory(const std::byte* data);
bool is_visible(const void* data);

/// Throws std::logic_error where this thread records: CUDA refuses that too.
void require_no_recording_here(const char* what);

} // namespace paceline::cuda
