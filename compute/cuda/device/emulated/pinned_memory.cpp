#include "compute/cuda/device/pinned_memory.hpp"

#include "compute/cuda/device/emulated/native_stream.hpp"

#include <cstring>

namespace paceline::cuda {

void release_pinned_memory(std::byte* data) {
  remove_visible_memory(data);
  delete[] data;
}

pinned_memory::pinned_memory(int, std::size_t bytes) : memory_block(new std::byte[bytes], bytes) {
  std::memset(data(), 0xff, bytes);
  add_visible_memory(data(), bytes);
}

} // namespace paceline::cuda
