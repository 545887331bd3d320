#pragma once

#include <cstddef>
#include <utility>

namespace paceline::cuda {

/// Memory of the host that a device reads and writes by itself, so that a stream's copies from and to it wait for nobody.
class pinned_memory {
 public:
  pinned_memory() = default;
  /// Throws device_failure where there is not so much.
  pinned_memory(int device, std::size_t bytes);
  ~pinned_memory();
  pinned_memory(pinned_memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  pinned_memory& operator=(pinned_memory&& other) noexcept {
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
