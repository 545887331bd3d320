#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace paceline::cuda {

/// A block of a device's memory.
class device_memory {
 public:
  device_memory() = default;
  /// `what` it is for, for the error. Throws device_failure where there is not so much.
  device_memory(int device, std::size_t bytes, std::string_view what);
  ~device_memory();
  device_memory(device_memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  device_memory& operator=(device_memory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  std::byte* data() const { return data_; }
  std::size_t size_bytes() const { return bytes_; }

  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

} // namespace paceline::cuda
