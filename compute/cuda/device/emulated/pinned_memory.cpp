#include "compute/cuda/device/pinned_memory.hpp"

#include <cstring>

namespace paceline::cuda {

pinned_memory::pinned_memory(int, std::size_t bytes) : data_(new std::byte[bytes]), bytes_(bytes) {
  std::memset(data_, 0xff, bytes);
}

pinned_memory::~pinned_memory() {
  delete[] data_;
}

} // namespace paceline::cuda
