#pragma once

#include <cstdint>
#include <span>

namespace paceline::cpu {

/// The i-th of `count` equal parts. Requires: the size is a multiple of `count`.
template <class T>
std::span<T> part_of(std::span<T> all, std::int64_t i, std::int64_t count) {
  const auto size = all.size() / static_cast<std::size_t>(count);
  return all.subspan(static_cast<std::size_t>(i) * size, size);
}

} // namespace paceline::cpu
