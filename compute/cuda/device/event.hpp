#pragma once

#include "compute/cuda/device/stream.hpp"

#include <memory>

namespace paceline::cuda {

/// A point in a stream that others can wait for: the host, or another stream on the same device. One that was never recorded is over.
class event {
 public:
  explicit event(int device);
  ~event();
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// Behind all that was put into the stream so far; takes the place of an earlier recording.
  void record(stream& queue);

  /// What is put into `queue` from now on begins when the event is over. The host does not wait.
  void hold_back(stream& queue) const;

  /// The host waits. Throws device_failure where the work before it failed.
  void wait() const;

 private:
  [[maybe_unused]] int device_;
  struct native;
  std::unique_ptr<native> native_;
};

} // namespace paceline::cuda
