#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>

// What each target defines: libFuzzer calls it with inputs of its own making, and whatever the sanitizers or a broken promise
// end is a finding. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Ends the process, which libFuzzer reports with the input, where a decoder did not keep what it promises.
inline void promise(bool kept, std::string_view what) {
  if (kept)
    return;
  std::cerr << "promise broken: " << what << std::endl;
  std::abort();
}

inline std::span<const std::byte> as_bytes(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
