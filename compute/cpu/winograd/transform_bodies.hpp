#pragma once

#include "compute/cpu/lanes.hpp"
#include "compute/cpu/winograd/constant_products.hpp"
#include "compute/cpu/winograd/matrices.hpp"
#include "compute/cpu/winograd/plane_windows.hpp"
#include "compute/cpu/winograd/transforms.hpp"

#include <algorithm>
#include <cstdint>
#include <type_traits>

/// The loops of transforms.hpp, for transforms.cpp alone, which compiles them for each instruction set.
namespace paceline::cpu::winograd {

/// Where a tile's first place lies; the others follow `stride` apart.
PACELINE_KERNEL_BODY float* first_place(const tile_rows& rows, std::int64_t tile, std::int64_t block,
                                        std::int64_t lane) {
  return rows.first + tile * block + lane;
}

/// What transform() takes from an array, or from places of a tile, or gives to them.
template <class Vector>
PACELINE_KERNEL_BODY auto take_from(const Vector* values) {
  return [values](Vector & value, std::size_t place) __attribute__((always_inline)) {
    value = values[place];
  };
}

PACELINE_KERNEL_BODY auto take_places(const float* first, std::int64_t stride) {
  return [=](auto& value, std::size_t place) __attribute__((always_inline)) {
    load(value, first + static_cast<std::int64_t>(place) * stride);
  };
}

PACELINE_KERNEL_BODY auto give_places(float* first, std::int64_t stride) {
  return [=](const auto& value, std::size_t place) __attribute__((always_inline)) {
    store(first + static_cast<std::int64_t>(place) * stride, value);
  };
}

template <class Vector>
PACELINE_KERNEL_BODY auto give_to(Vector* values) {
  return [values](const Vector& value, std::size_t place) __attribute__((always_inline)) {
    values[place] = value;
  };
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

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter, class How>
PACELINE_KERNEL_BODY void input_body(const geometry& g, const float* plane, const How& how, const tile_rows& to) {
  for_each_lane<Widest>(
    g.input.block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      reader<vector> values;
      values.begin(how, lane);
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector x[inputs<Outputs, Filter> * inputs<Outputs, Filter>];
          const auto w = input_window<skipped<Outputs, Filter>>(g, top, left);
          prefetch_below<Outputs>(plane + lane, g.input.block, w, inputs<Outputs, Filter>);
          read<inputs<Outputs, Filter>>(values, how, plane, g.input.block, lane, w, x);
          float* first = first_place(to, tile, g.input.block, lane);
          transform<input_matrix<Outputs, Filter>, vector>(take_from(x), give_places(first, to.stride));
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void input_adjoint_body(const geometry& g, const tile_rows& from, float* plane) {
  const auto block = g.input.block;
  constexpr auto side = static_cast<std::int64_t>(inputs<Outputs, Filter>);
  for_each_lane<Widest>(
    block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      std::int64_t cleared = 0;
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector x[inputs<Outputs, Filter> * inputs<Outputs, Filter>];
          const float* first = first_place(from, tile, block, lane);
          transform<transposed<input_matrix<Outputs, Filter>>, vector>(take_places(first, from.stride), give_to(x));
          const auto w = input_window<skipped<Outputs, Filter>>(g, top, left);
          // Each row just before it is added to, so that it is still at hand.
          const bool is_last = top + static_cast<std::int64_t>(Outputs) >= g.output.shape.height;
          const auto reached = is_last ? w.height : std::min(w.top + side, w.height);
          for (; cleared < reached * w.width; ++cleared)
            store(plane + cleared * block + lane, vector{});
          for_each_pixel<side>(
            w, block, [&](std::int64_t place, std::int64_t first) __attribute__((always_inline)) {
              vector sum;
              load(sum, plane + first + lane);
              sum += x[place];
              store(plane + first + lane, sum);
            });
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter, bool Measure>
PACELINE_KERNEL_BODY void output_body(const geometry& g, const tile_rows& from, const float* bias, bool rectify,
                                      float* plane, float* moments) {
  const auto block = g.output.block;
  constexpr auto side = static_cast<std::int64_t>(Outputs);
  for_each_lane<Widest>(
    block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      const vector zero{};
      vector added;
      load(added, bias + lane);
      [[maybe_unused]] plane_moments<vector> measured;
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector y[Outputs * Outputs];
          const float* first = first_place(from, tile, block, lane);
          transform<output_matrix<Outputs, Filter>, vector>(
            take_places(first, from.stride), [&](const vector& made, std::size_t place) __attribute__((always_inline)) {
              y[place] = made + added;
              if (rectify)
                y[place] = y[place] < 0 ? zero : y[place]; // keeps NaN
            });
          const auto w = output_window(g, top, left);
          for_each_pixel<side>(
            w, block, [&](std::int64_t place, std::int64_t first) __attribute__((always_inline)) {
              store(plane + first + lane, y[place]);
            });
          if constexpr (Measure)
            measured.template take<side>(y, w);
        });
      if constexpr (Measure)
        measured.store_to(moments + lane, moments + block + lane, g.output.pixels());
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
          typename vector::floats y[Outputs * Outputs];
          const float* place = first_place(from, tile, block, lane);
          transform<output_matrix<Outputs, Filter>, typename vector::floats>(take_places(place, from.stride),
                                                                             give_to(y));
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
          float* place = first_place(to, tile, block, lane);
          transform<transposed<output_matrix<Outputs, Filter>>, typename vector::floats>(take_from(y),
                                                                                         give_places(place, to.stride));
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter, class How>
PACELINE_KERNEL_BODY void output_adjoint_body(const geometry& g, const float* plane, const How& how,
                                              const tile_rows& to) {
  for_each_lane<Widest>(
    g.output.block, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      reader<vector> values;
      values.begin(how, lane);
      for_each_tile<Outputs>(
        g, [&](std::int64_t tile, std::int64_t top, std::int64_t left) __attribute__((always_inline)) {
          vector y[Outputs * Outputs];
          const auto w = output_window(g, top, left);
          prefetch_below<Outputs>(plane + lane, g.output.block, w, Outputs);
          if constexpr (std::is_same_v<How, norm_derivation>)
            prefetch_below<Outputs>(how.y_gradient + lane, g.output.block, w, Outputs);
          read<Outputs>(values, how, plane, g.output.block, lane, w, y);
          float* first = first_place(to, tile, g.output.block, lane);
          transform<transposed<output_matrix<Outputs, Filter>>, vector>(take_from(y), give_places(first, to.stride));
        });
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void filter_body(const float* filters, std::int64_t tap_stride, std::int64_t count,
                                      const tile_rows& to) {
  for_each_lane<Widest>(
    count, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      transform<filter_matrix<Outputs, Filter>, vector>(take_places(filters + lane, tap_stride),
                                                        give_places(to.first + lane, to.stride));
    });
}

template <std::int64_t Widest, std::size_t Outputs, std::size_t Filter>
PACELINE_KERNEL_BODY void filter_adjoint_body(const tile_rows& from, std::int64_t count, float* filters,
                                              std::int64_t tap_stride) {
  for_each_lane<Widest>(
    count, [&](auto width, std::int64_t lane) __attribute__((always_inline)) {
      using vector = typename lanes<width>::floats;
      transform<transposed<filter_matrix<Outputs, Filter>>, vector>(take_places(from.first + lane, from.stride),
                                                                    give_places(filters + lane, tap_stride));
    });
}

} // namespace paceline::cpu::winograd
