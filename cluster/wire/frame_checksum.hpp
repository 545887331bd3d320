#pragma once

#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace paceline {

/// XXH3 (64 bits) of bytes that are told piece by piece, so that they can be looked at while they lie in the fastest cache for
/// another reason. Equals that of all bytes at once.
class frame_checksum {
 public:
  /// Throws std::bad_alloc.
  frame_checksum() : state_(XXH3_createState()) {
    if (!state_)
      throw std::bad_alloc();
    XXH3_64bits_reset(state_.get());
  }

  void add(std::span<const std::byte> bytes) { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }

  std::uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  struct release {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, release> state_;
};

} // namespace paceline
