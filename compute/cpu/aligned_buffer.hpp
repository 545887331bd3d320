#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace paceline::cpu {

/// A fixed number of values on cache-line boundaries, zero at first. Move-only. A large one lies on large pages where the system has them:
/// transforms that step from matrix to matrix touch more small pages at once than the processor can remember.
template <class T>
class aligned_buffer {
 public:
  aligned_buffer() = default;

  explicit aligned_buffer(std::size_t size)
    : values_(static_cast<T*>(::operator new(size * sizeof(T), alignment_of(size))), release{alignment_of(size)}),
      size_(size) {
#ifdef __linux__
    if (alignment_of(size) == large_page)
      (void)::madvise(values_.get(), size_bytes(), MADV_HUGEPAGE);
#endif
    std::memset(values_.get(), 0, size_bytes());
  }

  T* data() const {
    return values_.get();
  }
  std::size_t size() const {
    return size_;
  }
  std::size_t size_bytes() const {
    return size_ * sizeof(T);
  }

 private:
  static constexpr std::align_val_t cache_line{64};
  static constexpr std::align_val_t large_page{2 << 20};

  static std::align_val_t alignment_of(std::size_t size) {
    return size * sizeof(T) >= 2 * static_cast<std::size_t>(large_page) ? large_page : cache_line;
  }

  struct release {
    std::align_val_t alignment = cache_line;
    void operator()(T* values) const { ::operator delete(values, alignment); }
  };

  std::unique_ptr<T[], release> values_;
  std::size_t size_ = 0;
};

} // namespace paceline::cpu
