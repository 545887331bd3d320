#include "compute/cuda/device/recorded_work.hpp"

#include "compute/cuda/device/emulated/native_stream.hpp"

#include <stdexcept>
#include <string>

namespace paceline::cuda {

namespace {

thread_local bool records_here = false;

} // namespace

void require_no_recording_here(const char* what) {
  if (records_here)
    throw std::logic_error("CUDA refuses to record this: " + std::string(what));
}

struct recorded_work::native {
  std::vector<work> all;
};

recorded_work::recorded_work(stream& queue, std::function<void(stream&)> put_in) : native_(new native) {
  struct recording {
    explicit recording(stream::native& q, std::vector<work>& into) : queue(q) {
      queue.recording = &into;
      records_here = true;
    }
    ~recording() {
      queue.recording = nullptr;
      records_here = false;
    }
    stream::native& queue;
  } const here(queue.own(), native_->all);
  put_in(queue);
}

recorded_work::~recorded_work() = default;

void recorded_work::launch(stream& queue) const {
  for (const auto& what : native_->all)
    queue.own().put(what);
}

} // namespace paceline::cuda
