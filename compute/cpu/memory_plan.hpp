#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace paceline::cpu {

/// A buffer of a network's step: how much it holds, and the first and last moment at which it is in use. Moments are counted from the
/// step's beginning; two buffers that are used at one moment cannot share memory.
struct buffer_life {
  std::size_t size = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Where each buffer lies in one piece of memory of that size.
struct memory_plan {
  std::vector<std::size_t> offsets;
  std::size_t size = 0;
};

/// Buffers that are not in use at the same time share memory: the largest buffer is placed first, each at the lowest place that is free
/// for all of its life. Offsets are multiples of `alignment`. Requires first <= last.
memory_plan plan_memory(std::span<const buffer_life> buffers, std::size_t alignment);

} // namespace paceline::cpu
