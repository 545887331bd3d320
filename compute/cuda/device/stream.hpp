#pragma once

#include <cstddef>
#include <memory>

namespace paceline::cuda {

/// Whether products and convolutions are put into a stream, for which the libraries have a handle each, and cuBLAS memory.
enum class stream_use { computing, copying };

/// A device's queue of work: what is put into it runs in order, beside the host and beside other streams. Used by one thread at a time, first the one that made it (see use_here); all calls throw device_failure.
class stream {
 public:
  /// Requires: a device of that number.
  explicit stream(int device, stream_use use = stream_use::computing);
  ~stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  int device() const { return device_; }

  /// Lets another thread than the one that made it put work in; one at a time.
  void use_here();

  /// Until all that was put in is done. Throws where some of it failed.
  void wait();

  /// Either end on the device or the host; what lies on the host must stay until it is done (and is copied at once where it is not
  /// pinned).
  void copy(void* to, const void* from, std::size_t bytes);

  /// Zeroes.
  void clear(void* at, std::size_t bytes);

  /// What the implementation keeps; only device/ looks into it.
  struct native;
  native& own() { return *native_; }

 private:
  int device_;
  std::unique_ptr<native> native_;
};

} // namespace paceline::cuda
