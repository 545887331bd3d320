#include "compute/cuda/device/stream.hpp"

#include "compute/cuda/device/emulated/native_stream.hpp"

#include <cstring>
#include <set>
#include <utility>

namespace paceline::cuda {

std::recursive_mutex& device_lock() {
  // Never destroyed: what lies in statics gives its memory back at the very end.
  static auto& lock = *new std::recursive_mutex;
  return lock;
}

namespace {

/// All there are; under the device's lock.
std::set<stream::native*>& all_streams() {
  static auto& all = *new std::set<stream::native*>;
  return all;
}

} // namespace

stream::native::native() {
  const std::lock_guard lock(device_lock());
  all_streams().insert(this);
}

stream::native::~native() {
  const std::lock_guard lock(device_lock());
  finish();
  all_streams().erase(this);
}

void stream::native::put(work what) {
  const std::lock_guard lock(device_lock());
  if (recording)
    recording->push_back(std::move(what));
  else
    waiting.push_back(std::move(what));
}

void stream::native::do_next() {
  const auto what = std::move(waiting.front());
  waiting.pop_front();
  what();
}

void stream::native::finish() {
  const std::lock_guard lock(device_lock());
  while (!waiting.empty())
    do_next();
}

void finish_all_streams() {
  const std::lock_guard lock(device_lock());
  for (auto* queue : all_streams())
    queue->finish();
}

stream::stream(int device, stream_use) : device_(device), native_(std::make_unique<native>()) {}
stream::~stream() = default;

void stream::use_here() {}

void stream::wait() {
  require_no_recording_here("wait");
  native_->finish();
}

void stream::copy(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0)
    return;
  if (is_visible(to) && is_visible(from)) {
    native_->put([=] { std::memcpy(to, from, bytes); });
    return;
  }
  require_no_recording_here("copy from or to memory that is not pinned");
  if (is_visible(to)) {
    const auto* begin = static_cast<const std::byte*>(from);
    native_->put(
      [to, staged = std::vector<std::byte>(begin, begin + bytes)] { std::memcpy(to, staged.data(), staged.size()); });
  } else {
    native_->put([=] { std::memcpy(to, from, bytes); });
    native_->finish();
  }
}

void stream::clear(void* at, std::size_t bytes) {
  if (bytes > 0)
    native_->put([=] { std::memset(at, 0, bytes); });
}

} // namespace paceline::cuda
