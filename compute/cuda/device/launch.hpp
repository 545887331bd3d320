#pragma once

#include "compute/cuda/device/on_device.hpp"
#include "compute/cuda/device/stream.hpp"

#include <array>
#include <cassert>
#include <cstdint>

// How the kernels of this room are run: as bodies that compute one element each. nvcc makes a grid of them, any other compiler a loop.
//   for_each(queue, count, body)                      body(element)
//   sum_each<K>(queue, count, scratch, body, finish)  body(i) → K addends; then finish(their sums) once
//   sum_columns<K>(queue, rows, columns, scratch, body, finish)
//                                                     body(row, column) → K addends (float or double); then finish(column, their sums) once a column
// Sums are added in an order that depends on the counts alone: equal input gives equal bits.

namespace paceline::cuda {

/// Counts elements of what a launch works on. A GPU divides numbers of 64 bits many times more slowly, and these kernels divide once an
/// element; so no vector and no activation is longer than it can count.
using element = std::uint32_t;
constexpr std::int64_t most_elements = std::int64_t{1} << 31;

/// Requires: a count that an element can have.
constexpr element as_element(std::int64_t count) {
  assert(count >= 0 && count <= most_elements);
  return static_cast<element>(count);
}

/// Partial sums of a reduction, one double for each sum and part.
struct reduction_scratch {
  double* data = nullptr;
};

/// Blocks into which a reduction is cut: a few for each of a large device's processors, so that enough loads are on their way.
constexpr std::int64_t reduction_blocks = 1056;
/// Columns of which a block sums up a part, at most.
constexpr std::int64_t reduction_tile = 32;

/// Doubles of scratch that a reduction to so many columns and sums takes.
constexpr std::int64_t scratch_doubles(std::int64_t columns, int sums) {
  return (columns + reduction_tile * reduction_blocks) * sums;
}

} // namespace paceline::cuda

#ifdef __CUDACC__
#include "compute/cuda/device/gpu/launch_grid.hpp"
#else
#include "compute/cuda/device/emulated/launch_loop.hpp"
#endif
