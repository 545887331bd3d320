#include "compute/cuda/device/device_memory.hpp"

#include "compute/cuda/device/device_failure.hpp"
#include "compute/cuda/device/device_name.hpp"
#include "compute/cuda/device/emulated/native_stream.hpp"

#include <cstring>
#include <new>
#include <string>

namespace paceline::cuda {

namespace {

/// As CUDA's own.
constexpr std::align_val_t alignment{256};

std::byte* allocate(int device, std::size_t bytes, std::string_view what) {
  if (bytes == 0)
    return nullptr;
  require_no_recording_here("allocation");
  auto* data = static_cast<std::byte*>(::operator new(bytes, alignment, std::nothrow));
  if (!data)
    throw device_failure(device_name(device) + ": there are not " + std::to_string(bytes) + " bytes for "
                         + std::string(what));
  // A device's memory is not clean either: what reads before it writes gets a NaN.
  std::memset(data, 0xff, bytes);
  add_visible_memory(data, bytes);
  return data;
}

} // namespace

void release_device_memory(std::byte* data) {
  remove_visible_memory(data);
  ::operator delete(data, alignment);
}

device_memory::device_memory(int device, std::size_t bytes, std::string_view what)
  : memory_block(allocate(device, bytes, what), bytes) {}

} // namespace paceline::cuda
