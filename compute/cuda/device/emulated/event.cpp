#include "compute/cuda/device/event.hpp"

#include "compute/cuda/device/emulated/native_stream.hpp"

namespace paceline::cuda {

namespace {

/// A point in a stream, which stays what it is when the event is recorded anew.
struct point {
  stream::native* queue;
  bool passed = false;
};

void reach(point& p) {
  const std::lock_guard lock(device_lock());
  while (!p.passed)
    p.queue->do_next();
}

} // namespace

struct event::native {
  std::shared_ptr<point> last;
};

event::event(int device) : device_(device), native_(std::make_unique<native>()) {}
event::~event() = default;

void event::record(stream& queue) {
  require_no_recording_here("event");
  const std::lock_guard lock(device_lock());
  native_->last = std::make_shared<point>(point{&queue.own()});
  queue.own().put([here = native_->last] { here->passed = true; });
}

void event::hold_back(stream& queue) const {
  require_no_recording_here("event");
  const std::lock_guard lock(device_lock());
  if (native_->last)
    queue.own().put([until = native_->last] { reach(*until); });
}

void event::wait() const {
  require_no_recording_here("wait");
  const std::lock_guard lock(device_lock());
  if (native_->last)
    reach(*native_->last);
}

} // namespace paceline::cuda
