#include "compute/cuda/copy_pool.hpp"

#include "compute/cuda/device/device_name.hpp"

#include <algorithm>
#include <utility>

namespace paceline::cuda {

copy_pool::copy::copy(int device, device_memory place, std::shared_ptr<copy_pool> pool)
  : device_(device), place_(std::move(place)), pool_(std::move(pool)) {}

copy_pool::copy::~copy() {
  const std::lock_guard lock(pool_->mutex_);
  pool_->free_.push_back(std::move(place_));
}

const float* copy_pool::copy::on(std::string_view name) const {
  return name == device_name(device_) ? values() : nullptr;
}

std::shared_ptr<copy_pool::copy> copy_pool::take(const std::shared_ptr<copy_pool>& pool, int device,
                                                 std::int64_t count) {
  const auto bytes = static_cast<std::size_t>(count) * sizeof(float);
  device_memory place;
  {
    const std::lock_guard lock(pool->mutex_);
    const auto found = std::find_if(pool->free_.begin(), pool->free_.end(),
                                    [&](const device_memory& free) { return free.size_bytes() == bytes; });
    if (found != pool->free_.end()) {
      place = std::move(*found);
      pool->free_.erase(found);
    }
  }
  if (!place.data()) {
    place = device_memory(device, bytes, "a snapshot for others on the device");
    const std::lock_guard lock(pool->mutex_);
    pool->free_.reserve(++pool->made_);
  }
  return std::make_shared<copy>(device, std::move(place), pool);
}

} // namespace paceline::cuda
