#pragma once

#include "compute/cuda/device/memory_block.hpp"

#include <cstddef>

namespace paceline::cuda {

void release_pinned_memory(std::byte* data);

/// Memory of the host that a device reads and writes by itself, so that a stream's copies from and to it wait for nobody.
class pinned_memory : public memory_block<release_pinned_memory> {
 public:
  pinned_memory() = default;
  /// Throws device_failure where there is not so much.
  pinned_memory(int device, std::size_t bytes);
};

} // namespace paceline::cuda
