#pragma once

#include <cstddef>
#include <utility>

namespace paceline::cuda {

/// A block of memory and its length, given back by `Release`. Movable.
template <void (*Release)(std::byte*)>
class memory_block {
 public:
  memory_block() = default;
  /// Takes what `Release` can give back.
  memory_block(std::byte* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  ~memory_block() {
    if (data_)
      Release(data_);
  }
  memory_block(memory_block&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  memory_block& operator=(memory_block&& other) noexcept {
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
