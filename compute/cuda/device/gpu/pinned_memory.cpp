#include "compute/cuda/device/pinned_memory.hpp"

#include "compute/cuda/device/gpu/native_stream.hpp"

namespace paceline::cuda {

namespace {

std::byte* allocate(int device, std::size_t bytes) {
  if (bytes == 0)
    return nullptr;
  require(device, "its selection", cudaSetDevice(device));
  void* data = nullptr;
  require(device, "an allocation of pinned host memory", cudaMallocHost(&data, bytes));
  return static_cast<std::byte*>(data);
}

} // namespace

void release_pinned_memory(std::byte* data) {
  cudaFreeHost(data);
}

pinned_memory::pinned_memory(int device, std::size_t bytes) : memory_block(allocate(device, bytes), bytes) {}

} // namespace paceline::cuda
