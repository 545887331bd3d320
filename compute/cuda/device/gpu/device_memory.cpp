#include "compute/cuda/device/device_memory.hpp"

#include "compute/cuda/device/device_failure.hpp"
#include "compute/cuda/device/device_name.hpp"
#include "compute/cuda/device/gpu/native_stream.hpp"

#include <cstdio>
#include <string>

namespace paceline::cuda {

namespace {

std::string in_mebibytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

std::byte* allocate(int device, std::size_t bytes, std::string_view what) {
  if (bytes == 0)
    return nullptr;
  require(device, "its selection", cudaSetDevice(device));
  void* data = nullptr;
  if (const auto status = cudaMalloc(&data, bytes); status == cudaErrorMemoryAllocation) {
    // Not for the next caller to find.
    cudaGetLastError();
    std::size_t free = 0;
    std::size_t total = 0;
    cudaMemGetInfo(&free, &total);
    throw device_failure(device_name(device) + " is out of memory: " + in_mebibytes(bytes) + " are needed for "
                         + std::string(what) + ", " + in_mebibytes(free) + " of " + in_mebibytes(total) + " are free");
  } else {
    require(device, "an allocation", status);
  }
  return static_cast<std::byte*>(data);
}

} // namespace

void release_device_memory(std::byte* data) {
  // A device that is lost has lost its memory too.
  cudaFree(data);
}

device_memory::device_memory(int device, std::size_t bytes, std::string_view what)
  : memory_block(allocate(device, bytes, what), bytes) {}

} // namespace paceline::cuda
