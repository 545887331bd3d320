#include "compute/cuda/device/pinned_memory.hpp"

#include "compute/cuda/device/gpu/native_stream.hpp"

namespace paceline::cuda {

pinned_memory::pinned_memory(int device, std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0)
    return;
  require(device, "its selection", cudaSetDevice(device));
  void* data = nullptr;
  require(device, "an allocation of pinned host memory", cudaMallocHost(&data, bytes));
  data_ = static_cast<std::byte*>(data);
}

pinned_memory::~pinned_memory() {
  if (data_)
    cudaFreeHost(data_);
}

} // namespace paceline::cuda
