#pragma once

#include "compute/cuda/device/stream.hpp"

#include <functional>
#include <memory>

namespace paceline::cuda {

/// Work for a stream that is put together once and then launched as a whole, without the host's part for each kernel (a CUDA graph). What
/// it reads and writes is fixed when it is recorded; what changes from launch to launch lies in memory.
class recorded_work {
 public:
  /// Calls `put_in` once, which puts the work into the stream and waits for nothing. Nothing runs yet.
  recorded_work(stream& queue, std::function<void(stream&)> put_in);
  ~recorded_work();
  recorded_work(const recorded_work&) = delete;
  recorded_work& operator=(const recorded_work&) = delete;

  void launch(stream& queue) const;

 private:
  struct native;
  std::unique_ptr<native> native_;
};

} // namespace paceline::cuda
