#include "compute/cuda/device/device_memory.hpp"

#include "compute/cuda/device/device_failure.hpp"

#include <cstring>
#include <new>
#include <string>

namespace paceline::cuda {

namespace {

/// As CUDA's own.
constexpr std::align_val_t alignment{256};

} // namespace

device_memory::device_memory(int device, std::size_t bytes, std::string_view what) : bytes_(bytes) {
  if (bytes == 0)
    return;
  data_ = static_cast<std::byte*>(::operator new(bytes, alignment, std::nothrow));
  if (!data_)
    throw device_failure("cuda:" + std::to_string(device) + ": there are not " + std::to_string(bytes) + " bytes for "
                         + std::string(what));
  // A device's memory is not clean either: what reads before it writes gets a NaN.
  std::memset(data_, 0xff, bytes);
}

device_memory::~device_memory() {
  ::operator delete(data_, alignment);
}

} // namespace paceline::cuda
