#pragma once

#include "compute/cpu/lanes.hpp"
#include "compute/cpu/winograd/matrices.hpp"
#include "compute/cpu/winograd/transforms.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

/// The loops of transforms.hpp, for transforms.cpp alone, which compiles them for each instruction set.
namespace paceline::cpu::winograd {

/// Row `Row` of the matrix times a vector whose elements lie `stride` apart; zeros cost nothing.
template <class Matrix, std::size_t Row, class Vector, std::size_t... Column>
PACELINE_KERNEL_BODY void dot(Vector& sum, const Vector* x, std::size_t stride, std::index_sequence<Column...>) {
  sum = Vector{};
  const auto add = [&]<std::size_t C>(std::integral_constant<std::size_t, C>) __attribute__((always_inline)) {
    constexpr auto by = static_cast<float>(number(static_cast<const Matrix*>(nullptr), Row, C));
    if constexpr (by == 1.0f)
      sum += x[C * stride];
    else if constexpr (by == -1.0f)
      sum -= x[C * stride];
    else if constexpr (by != 0.0f)
      sum += by * x[C * stride];
  };
  (add(std::integral_constant<std::size_t, Column>{}), ...);
}

/// y = M x for a matrix M.
template <class Matrix, class Vector, std::size_t... Row>
PACELINE_KERNEL_BODY void multiply(const Vector* x, std::size_t x_stride, Vector* y, std::size_t y_stride,
                                   std::index_sequence<Row...>) {
  (dot<Matrix, Row>(y[Row * y_stride], x, x_stride, std::make_index_sequence<Matrix::columns>{}), ...);
}

/// y = M x Mᵀ for a matrix M, both in row order.
template <class Matrix, class Vector>
PACELINE_KERNEL_BODY void transform(const Vector* x, Vector* y) {
  constexpr auto from = Matrix::columns;
  constexpr auto to = Matrix::rows;
  Vector half[to * from];
  for (std::size_t column = 0; column < from; ++column)
    multiply<Matrix>(x + column, from, half + column, from, std::make_index_sequence<to>{});
  for (std::size_t row = 0; row < to; ++row)
    multiply<Matrix>(half + row * from, 1, y + row * to, 1, std::make_index_sequence<to>{});
}

/// A window of a plane that may lie over its edges.
struct window {
  std::int64_t top;
  std::int64_t left;
  std::int64_t height;
  std::int64_t width;

  bool holds(std::int64_t y, std::int64_t x) const {
    return top + y >= 0 && top + y < height && left + x >= 0 && left + x < width;
  }
  std::int64_t pixel(std::int64_t y, std::int64_t x) const { return (top + y) * width + left + x; }
};

/// Reads Side x Side values, zeros beyond the edges.
template <std::size_t Side, class Vector>
PACELINE_KERNEL_BODY void read(const float* plane, std::int64_t block, const window& w, Vector* x) {
  for (std::size_t y = 0; y < Side; ++y)
    for (std::size_t c = 0; c < Side; ++c) {
      const auto down = static_cast<std::int64_t>(y);
      const auto across = static_cast<std::int64_t>(c);
      if (w.holds(down, across))
        load(x[y * Side + c], plane + w.pixel(down, across) * block);
      else
        x[y * Side + c] = Vector{};
    }
}

/// Asks for the pixels by which the tile below goes beyond this one, as many as its outputs: the processor does not foresee steps from row to row.
/// Behind a plane's last row the next plane begins, whose turn is then.
template <std::int64_t Outputs>
PACELINE_KERNEL_BODY void prefetch_below(const float* plane, std::int64_t block, const window& w, std::int64_t side) {
  for (std::int64_t y = side; y < side + Outputs; ++y)
    for (std::int64_t x = side - Outputs; x < side; ++x)
      __builtin_prefetch(plane + w.pixel(y, x) * block);
}

/// Calls visit(tile, top, left) for each tile, in output pixels.
template <std::int64_t Outputs, class Visit>
PACELINE_KERNEL_BODY void for_each_tile(const geometry& g, Visit visit) {
  for (std::int64_t down = 0; down < g.tiles_down(); ++down)
    for (std::int64_t across = 0; across < g.tiles_across(); ++across)
      visit(down * g.tiles_across() + across, down * Outputs, across * Outputs);
}

template <std::int64_t Skipped>
PACELINE_KERNEL_BODY window input_window(const geometry& g, std::int64_t top, std::int64_t left) {
  return {top - g.padding + Skipped, left - g.padding + Skipped, g.input.shape.height, g.input.shape.width};
}

PACELINE_KERNEL_BODY window output_window(const geometry& g, std::int64_t top, std::int64_t left) {
  return {top, left, g.output.shape.height, g.output.shape.width};
}

template <std::size_t Places, class Vector>
PACELINE_KERNEL_BODY void scatter(const Vector* x, const place_matrices& to, std::int64_t row, std::int64_t column) {
  float* target = to.data + row * to.columns + column;
  for (std::size_t place = 0; place < Places; ++place)
    store(target + static_cast<std::int64_t>(place) * to.stride, x[place]);
}

template <std::size_t Places, class Vector>
PACELINE_KERNEL_BODY void gather(const place_matrices& from, std::int64_t row, std::int64_t column, Vector* x) {
  const float* source = from.data + row * from.columns + column;
  for (std::size_t place = 0; place < Places; ++place)
    load(x[place], source + static_cast<std::int64_t>(place) * from.stride);
}

/// Calls work(width, lane) for each group of channels of a block that are worked on together.
template <std::int64_t Widest, class Work>
PACELINE_KERNEL_BODY void for_each_lane(std::int64_t block, Work work) {
  with_lanes<Widest>(
    block, [&](auto width) __attribute__((always_inline)) {
      for (std::int64_t lane = 0; lane < block; lane += width)
        work(width, lane);
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void input_body(const geometry& g, const float* plane, const tile_rows& to) {
  for_each_lane<Widest>(
    g.input.block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector x[places<Outputs, Filter>];
          vector v[places<Outputs, Filter>];
          const auto w = input_window<skipped<Outputs, Filter>>(g, top, left);
          prefetch_below<Outputs>(plane + lane, g.input.block, w, inputs<Outputs, Filter>);
          read<inputs<Outputs, Filter>>(plane + lane, g.input.block, w, x);
          transform<input_matrix<Outputs, Filter>>(x, v);
          scatter<places<Outputs, Filter>>(v, to.matrices, to.first_row + tile, to.first_column + lane);
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void input_adjoint_body(const geometry& g, const tile_rows& from, float* plane) {
  const auto block = g.input.block;
  constexpr auto side = static_cast<std::int64_t>(inputs<Outputs, Filter>);
  std::fill_n(plane, g.input.pixels() * block, 0.0f);
  for_each_lane<Widest>(
    block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector v[places<Outputs, Filter>];
          vector x[places<Outputs, Filter>];
          gather<places<Outputs, Filter>>(from.matrices, from.first_row + tile, from.first_column + lane, v);
          transform<transposed<input_matrix<Outputs, Filter>>>(v, x);
          const auto w = input_window<skipped<Outputs, Filter>>(g, top, left);
          for (std::int64_t y = 0; y < side; ++y)
            for (std::int64_t c = 0; c < side; ++c)
              if (w.holds(y, c)) {
                vector sum;
                float* here = plane + w.pixel(y, c) * block + lane;
                load(sum, here);
                sum += x[y * side + c];
                store(here, sum);
              }
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void output_body(const geometry& g, const tile_rows& from, const float* bias, bool rectify,
                                      float* plane) {
  const auto block = g.output.block;
  constexpr auto side = static_cast<std::int64_t>(Outputs);
  for_each_lane<Widest>(
    block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      const vector zero{};
      vector added;
      load(added, bias + lane);
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector m[places<Outputs, Filter>];
          vector y[Outputs * Outputs];
          gather<places<Outputs, Filter>>(from.matrices, from.first_row + tile, from.first_column + lane, m);
          transform<output_matrix<Outputs, Filter>>(m, y);
          const auto w = output_window(g, top, left);
          for (std::int64_t down = 0; down < side; ++down)
            for (std::int64_t across = 0; across < side; ++across)
              if (w.holds(down, across)) {
                vector value = y[down * side + across] + added;
                if (rectify)
                  value = value < 0 ? zero : value; // keeps NaN
                store(plane + w.pixel(down, across) * block + lane, value);
              }
        });
    });
}

/// Calls visit(place in a pooled plane, first of its four outputs in the tile) for each window of 2x2 of a tile that lies in the plane.
template <std::int64_t Outputs, class Visit>
PACELINE_KERNEL_BODY void for_each_window(const geometry& g, std::int64_t top, std::int64_t left, Visit visit) {
  const auto w = output_window(g, top, left);
  for (std::int64_t down = 0; down < Outputs; down += 2)
    for (std::int64_t across = 0; across < Outputs; across += 2)
      if (w.holds(down, across))
        visit((top + down) / 2 * (g.output.shape.width / 2) + (left + across) / 2, down * Outputs + across);
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void output_pooled_body(const geometry& g, const tile_rows& from, const float* bias, bool rectify,
                                             const pooled_plane& plane) {
  const auto block = g.output.block;
  constexpr auto side = static_cast<std::int64_t>(Outputs);
  for_each_lane<Widest>(
    block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = lanes<width>;
      const typename vector::floats zero{};
      typename vector::floats added;
      load(added, bias + lane);
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          typename vector::floats m[places<Outputs, Filter>];
          typename vector::floats y[Outputs * Outputs];
          gather<places<Outputs, Filter>>(from.matrices, from.first_row + tile, from.first_column + lane, m);
          transform<output_matrix<Outputs, Filter>>(m, y);
          for_each_window<side>(
            g, top, left, [&](std::int64_t pixel, std::int64_t first) __attribute__((always_inline)) {
              typename vector::floats best = y[first];
              typename vector::ints winner{};
              const std::int64_t others[] = {first + 1, first + side, first + side + 1};
              for (std::int32_t place = 1; place < 4; ++place) {
                const auto better = y[others[place - 1]] > best;
                best = better ? y[others[place - 1]] : best;
                winner = better ? typename vector::ints{} + place : winner;
              }
              best += added;
              if (rectify)
                best = best < 0 ? zero : best; // keeps NaN
              typename vector::bytes winner_bytes;
              convert(winner_bytes, winner);
              store(plane.values + pixel * block + lane, best);
              store(plane.winners + pixel * block + lane, winner_bytes);
            });
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void output_pooled_adjoint_body(const geometry& g, const pooled_plane& plane,
                                                     const tile_rows& to) {
  const auto block = g.output.block;
  constexpr auto side = static_cast<std::int64_t>(Outputs);
  for_each_lane<Widest>(
    block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = lanes<width>;
      const typename vector::floats zero{};
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          typename vector::floats y[Outputs * Outputs] = {};
          typename vector::floats m[places<Outputs, Filter>];
          for_each_window<side>(
            g, top, left, [&](std::int64_t pixel, std::int64_t first) __attribute__((always_inline)) {
              typename vector::floats gradient;
              typename vector::bytes winner_bytes;
              typename vector::ints winner;
              load(gradient, plane.values + pixel * block + lane);
              load(winner_bytes, plane.winners + pixel * block + lane);
              convert(winner, winner_bytes);
              const std::int64_t window[] = {first, first + 1, first + side, first + side + 1};
              for (std::int32_t place = 0; place < 4; ++place)
                y[window[place]] = winner == place ? gradient : zero;
            });
          transform<transposed<output_matrix<Outputs, Filter>>>(y, m);
          scatter<places<Outputs, Filter>>(m, to.matrices, to.first_row + tile, to.first_column + lane);
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void output_adjoint_body(const geometry& g, const float* plane, const tile_rows& to) {
  for_each_lane<Widest>(
    g.output.block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector y[Outputs * Outputs];
          vector m[places<Outputs, Filter>];
          const auto w = output_window(g, top, left);
          prefetch_below<Outputs>(plane + lane, g.output.block, w, Outputs);
          read<Outputs>(plane + lane, g.output.block, w, y);
          transform<transposed<output_matrix<Outputs, Filter>>>(y, m);
          scatter<places<Outputs, Filter>>(m, to.matrices, to.first_row + tile, to.first_column + lane);
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void filter_body(const float* filters, std::int64_t tap_stride, std::int64_t row,
                                      const place_matrices& to) {
  for_each_lane<Widest>(
    to.columns, [&](auto width, std::int64_t column) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      vector g[Filter * Filter];
      vector u[places<Outputs, Filter>];
      for (std::size_t tap = 0; tap < Filter * Filter; ++tap)
        load(g[tap], filters + static_cast<std::int64_t>(tap) * tap_stride + column);
      transform<filter_matrix<Outputs, Filter>>(g, u);
      scatter<places<Outputs, Filter>>(u, to, row, column);
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void filter_adjoint_body(const place_matrices& from, std::int64_t row, float* filters,
                                              std::int64_t tap_stride) {
  for_each_lane<Widest>(
    from.columns, [&](auto width, std::int64_t column) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      vector u[places<Outputs, Filter>];
      vector g[Filter * Filter];
      gather<places<Outputs, Filter>>(from, row, column, u);
      transform<transposed<filter_matrix<Outputs, Filter>>>(u, g);
      for (std::size_t tap = 0; tap < Filter * Filter; ++tap)
        store(filters + static_cast<std::int64_t>(tap) * tap_stride + column, g[tap]);
    });
}

} // namespace paceline::cpu::winograd
