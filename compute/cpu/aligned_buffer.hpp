#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace paceline::cpu {

/// A fixed number of values on cache-line boundaries, zero at first. Move-only.
template <class T>
class aligned_buffer {
 public:
  aligned_buffer() = default;

  explicit aligned_buffer(std::size_t size)
    : values_(static_cast<T*>(::operator new(size * sizeof(T), alignment))), size_(size) {
    std::memset(values_.get(), 0, size_bytes());
  }

  T* data() const { return values_.get(); }
  std::size_t size() const { return size_; }
  std::size_t size_bytes() const { return size_ * sizeof(T); }

 private:
  static constexpr std::align_val_t alignment{64};

  struct release {
    void operator()(T* values) const { ::operator delete(values, alignment); }
  };

  std::unique_ptr<T[], release> values_;
  std::size_t size_ = 0;
};

} // namespace paceline::cpu
