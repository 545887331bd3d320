#include "compute/cuda/device/event.hpp"

#include "compute/cuda/device/gpu/native_stream.hpp"

namespace paceline::cuda {

struct event::native {
  cudaEvent_t handle = nullptr;
};

event::event(int device) : device_(device), native_(std::make_unique<native>()) {
  require(device, "its selection", cudaSetDevice(device));
  require(device, "an event", cudaEventCreateWithFlags(&native_->handle, cudaEventDisableTiming));
}

event::~event() {
  if (native_->handle)
    cudaEventDestroy(native_->handle);
}

void event::record(stream& queue) {
  require(device_, "an event", cudaEventRecord(native_->handle, queue.own().handle));
}

void event::hold_back(stream& queue) const {
  require(device_, "the wait of a stream", cudaStreamWaitEvent(queue.own().handle, native_->handle));
}

void event::wait() const {
  require(device_, "the work of a stream", cudaEventSynchronize(native_->handle));
}

} // namespace paceline::cuda
