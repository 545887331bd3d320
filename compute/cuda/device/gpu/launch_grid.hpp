#pragma once

#include "compute/cuda/device/gpu/native_stream.hpp"
#include "compute/cuda/device/launch.hpp"

#include <algorithm>

namespace paceline::cuda {

inline constexpr int block_threads = 256;
inline constexpr int warp_threads = 32;

/// Blocks of a launch that fills any device of today a few times over; each takes what it takes in strides.
inline constexpr std::int64_t most_blocks = 4096;

template <class Body>
__global__ void __launch_bounds__(block_threads) run_grid(element count, const Body body) {
  const element stride = gridDim.x * block_threads;
  for (element i = blockIdx.x * block_threads + threadIdx.x; i < count; i += stride)
    body(i);
}

template <class Body>
void for_each(stream& queue, std::int64_t count, const Body& body) {
  if (count == 0)
    return;
  const auto blocks = std::min((count + block_threads - 1) / block_threads, most_blocks);
  run_grid<<<static_cast<unsigned>(blocks), block_threads, 0, queue.own().handle>>>(as_element(count), body);
  require_launched(queue);
}

/// Each block sums up one part of the rows of `tile` columns: block_threads / tile rows at once, neighbouring threads in
/// neighbouring columns. Requires: tile is a power of two, at most reduction_tile.
template <int Sums, class Body>
__global__ void __launch_bounds__(block_threads)
  sum_parts(element rows, element columns, int tile, double* partial, const Body body) {
  __shared__ double shared[Sums][block_threads];
  const int lanes = block_threads / tile;
  const int lane = static_cast<int>(threadIdx.x) / tile;
  const element column = blockIdx.x * tile + threadIdx.x % tile;
  const std::size_t part = blockIdx.y;
  const std::size_t parts = gridDim.y;
  const auto end = static_cast<element>(rows * (part + 1) / parts);
  using addend = typename decltype(body(element{}, element{}))::value_type;
  addend sums[Sums] = {};
  if (column < columns)
    for (auto row = static_cast<element>(rows * part / parts) + lane; row < end; row += lanes) {
      const auto addends = body(row, column);
      for (int k = 0; k < Sums; ++k)
        sums[k] += addends[k];
    }
  for (int k = 0; k < Sums; ++k)
    shared[k][threadIdx.x] = static_cast<double>(sums[k]);
  for (int half = lanes / 2; half > 0; half /= 2) {
    __syncthreads();
    if (lane < half)
      for (int k = 0; k < Sums; ++k)
        shared[k][threadIdx.x] += shared[k][threadIdx.x + half * tile];
  }
  if (lane == 0 && column < columns)
    for (int k = 0; k < Sums; ++k)
      partial[(static_cast<std::size_t>(column) * Sums + k) * parts + part] = shared[k][threadIdx.x];
}

/// A warp for each column.
template <int Sums, class Finish>
__global__ void __launch_bounds__(warp_threads) finish_columns(int parts, const double* partial, const Finish finish) {
  const element column = blockIdx.x;
  std::array<double, Sums> sums{};
  for (int k = 0; k < Sums; ++k) {
    double sum = 0;
    for (int part = static_cast<int>(threadIdx.x); part < parts; part += warp_threads)
      sum += partial[(static_cast<std::size_t>(column) * Sums + k) * parts + part];
    for (int distance = warp_threads / 2; distance > 0; distance /= 2)
      sum += __shfl_down_sync(0xffffffffu, sum, distance);
    sums[k] = sum;
  }
  if (threadIdx.x == 0)
    finish(column, sums);
}

template <int Sums, class Body, class Finish>
void sum_columns(stream& queue, std::int64_t rows, std::int64_t columns, reduction_scratch scratch, const Body& body,
                 const Finish& finish) {
  if (columns == 0)
    return;
  int tile = 1;
  while (tile < reduction_tile && tile < columns)
    tile *= 2;
  const auto tiles = (columns + tile - 1) / tile;
  // A few rows for each thread at least, and no more blocks than fill the device.
  const auto lanes = block_threads / tile;
  const auto parts = std::max<std::int64_t>(std::min((reduction_blocks + tiles - 1) / tiles, rows / (4 * lanes)), 1);
  const dim3 blocks(static_cast<unsigned>(tiles), static_cast<unsigned>(parts));
  sum_parts<Sums>
    <<<blocks, block_threads, 0, queue.own().handle>>>(as_element(rows), as_element(columns), tile, scratch.data, body);
  require_launched(queue);
  finish_columns<Sums><<<static_cast<unsigned>(columns), warp_threads, 0, queue.own().handle>>>(static_cast<int>(parts),
                                                                                                scratch.data, finish);
  require_launched(queue);
}

/// What makes columns' bodies of a plain sum's; named, since a device cannot take a lambda within a template by name.
template <class Body>
struct body_of_one_column {
  Body body;
  PACELINE_ON_DEVICE auto operator()(element i, element) const { return body(i); }
};

template <class Finish>
struct finish_of_one_column {
  Finish finish;
  template <class Sums>
  PACELINE_ON_DEVICE void operator()(element, const Sums& sums) const {
    finish(sums);
  }
};

template <int Sums, class Body, class Finish>
void sum_each(stream& queue, std::int64_t count, reduction_scratch scratch, const Body& body, const Finish& finish) {
  sum_columns<Sums>(queue, count, 1, scratch, body_of_one_column<Body>{body}, finish_of_one_column<Finish>{finish});
}

} // namespace paceline::cuda
