#pragma once

#include "compute/cuda/device/memory_block.hpp"

#include <cstddef>
#include <string_view>

namespace paceline::cuda {

void release_device_memory(std::byte* data);

/// A block of a device's memory; it knows its device by its address.
class device_memory : public memory_block<release_device_memory> {
 public:
  device_memory() = default;
  /// `what` it is for, for the error. Throws device_failure where there is not so much.
  device_memory(int device, std::size_t bytes, std::string_view what);
};

} // namespace paceline::cuda
