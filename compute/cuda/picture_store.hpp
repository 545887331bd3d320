#pragma once

#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device/stream.hpp"
#include "compute/data/image_set.hpp"

#include <memory>
#include <mutex>

namespace paceline::cuda {

/// The pictures of a data set as they lie on one device, for all workers on it.
class picture_store {
 public:
  /// The pixels of that set, brought there through `queue` by whoever asks first and kept while somebody uses them; nullptr where the device
  /// has not the memory. Thread-safe.
  std::shared_ptr<const device_memory> pixels_of(stream& queue, const std::shared_ptr<const image_set>& pictures);

 private:
  std::mutex mutex_;
  /// The one set that a run trains on.
  std::weak_ptr<const image_set> pictures_;
  std::weak_ptr<const device_memory> pixels_;
};

} // namespace paceline::cuda
