#pragma once

#include "compute/cuda/device/device_memory.hpp"
#include "compute/device_copy.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace paceline::cuda {

/// Places on a device for copies of parameters. They are used again and again: giving memory back would wait for all of the device's
/// work. Thread-safe; copies may outlive it.
class copy_pool {
 public:
  /// A copy in the making: its maker fills it, and is the only one to know it until then. It goes back to the pool with its last owner.
  class copy : public device_copy {
   public:
    copy(int device, device_memory place, std::shared_ptr<copy_pool> pool);
    ~copy() override;
    const float* on(std::string_view name) const override;
    float* values() const { return place_.as<float>(); }

   private:
    int device_;
    device_memory place_;
    std::shared_ptr<copy_pool> pool_;
  };

  /// Of that many numbers, not set. Throws device_failure.
  static std::shared_ptr<copy> take(const std::shared_ptr<copy_pool>& pool, int device, std::int64_t count);

 private:
  std::mutex mutex_;
  /// All of one device. Has room for all that were made, so that giving one back cannot fail.
  std::vector<device_memory> free_;
  std::size_t made_ = 0;
};

} // namespace paceline::cuda
