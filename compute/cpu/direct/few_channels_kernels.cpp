#include "compute/cpu/direct/few_channels_kernels.hpp"

#include "compute/cpu/lanes.hpp"
#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <vector>

namespace paceline::cpu::direct {

namespace {

/// Where the vector that begins at that column lies, from the first pixel of the first plane.
template <class T>
std::int64_t offset_of(const few_channels_shape& s, const planes<T>& in, std::int64_t column) {
  return column / s.made.block * in.stride + column % s.made.block;
}

/// Calls body(vectors, column), vectors a constant, until all columns have had their turn.
template <std::int64_t Width, int Vectors, class Body>
PACELINE_KERNEL_BODY void for_columns(std::int64_t columns, std::int64_t column, Body body) {
  for (; column + Vectors * Width <= columns; column += Vectors * Width)
    body(std::integral_constant<int, Vectors>{}, column);
  if constexpr (Vectors > 1)
    if (column < columns)
      for_columns<Width, Vectors / 2>(columns, column, body);
}

/// Pixels x Vectors sums stay in registers while all taps pass.
template <std::int64_t Width, int Vectors, int Pixels>
PACELINE_KERNEL_BODY void forward_tile(const few_channels_shape& s, const float* corner, const float* filters,
                                       const float* bias, bool rectify, float* const (&to)[Vectors]) {
  using vector = typename lanes<Width>::floats;
  const vector zero{};
  vector sums[Pixels][Vectors];
  for (int v = 0; v < Vectors; ++v) {
    load(sums[0][v], bias + v * Width);
    for (int pixel = 1; pixel < Pixels; ++pixel)
      sums[pixel][v] = sums[0][v];
  }
  const auto columns = s.columns();
  for (std::int64_t channel = 0; channel < s.channels; ++channel)
    for (std::int64_t down = 0; down < s.kernel; ++down) {
      const float* row = corner + (channel * s.height + down) * s.width;
      for (std::int64_t across = 0; across < s.kernel; ++across, filters += columns) {
        vector right[Vectors];
        for (int v = 0; v < Vectors; ++v)
          load(right[v], filters + v * Width);
        for (int pixel = 0; pixel < Pixels; ++pixel) {
          const float left = row[pixel * s.stride + across];
          for (int v = 0; v < Vectors; ++v)
            sums[pixel][v] += left * right[v];
        }
      }
    }
  for (int pixel = 0; pixel < Pixels; ++pixel)
    for (int v = 0; v < Vectors; ++v) {
      if (rectify)
        sums[pixel][v] = sums[pixel][v] < 0 ? zero : sums[pixel][v]; // keeps NaN
      store(to[v] + pixel * s.made.block, sums[pixel][v]);
    }
}

template <std::int64_t Width, int Vectors, int Pixels>
PACELINE_KERNEL_BODY void forward_columns(const few_channels_shape& s, const float* picture, const float* filters,
                                          const float* bias, bool rectify, std::int64_t first, std::int64_t rows,
                                          const planes<float>& planes, std::int64_t column) {
  const auto width = s.made.shape.width;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto at = [&](std::int64_t across, auto pixels) __attribute__((always_inline)) {
      float* to[Vectors];
      for (int v = 0; v < Vectors; ++v)
        to[v] = planes.data + offset_of(s, planes, column + v * Width) + (row * width + across) * s.made.block;
      const float* corner = picture + ((first + row) * s.width + across) * s.stride;
      forward_tile<Width, Vectors, pixels>(s, corner, filters + column, bias + column, rectify, to);
    };
    std::int64_t across = 0;
    for (; across + Pixels <= width; across += Pixels)
      at(across, std::integral_constant<int, Pixels>{});
    // What is left over is made once more from a whole tile's width before the end.
    if (across < width && width >= Pixels)
      at(width - Pixels, std::integral_constant<int, Pixels>{});
    else
      for (; across < width; ++across)
        at(across, std::integral_constant<int, 1>{});
  }
}

/// Calls body(taps, first), taps a constant, until all taps have had their turn.
template <int Taps, class Body>
PACELINE_KERNEL_BODY void for_taps(std::int64_t taps, std::int64_t first, Body body) {
  for (; first + Taps <= taps; first += Taps)
    body(std::integral_constant<int, Taps>{}, first);
  if constexpr (Taps > 1)
    if (first < taps)
      for_taps<Taps / 2>(taps, first, body);
}

/// Distance in the picture of what a tap meets from what the first one meets.
inline std::int64_t place_of(const few_channels_shape& s, std::int64_t tap) {
  const auto square = s.kernel * s.kernel;
  return (tap / square * s.height + tap % square / s.kernel) * s.width + tap % s.kernel;
}

struct row_range {
  std::int64_t first;
  std::int64_t end;
};

/// Calls body(rows) for as many rows of a gradient at a time as stay in the fastest cache while all taps pass.
template <class Body>
PACELINE_KERNEL_BODY void for_rows(std::int64_t rows, std::int64_t numbers_a_row, Body body) {
  constexpr std::int64_t numbers_at_once = 4096;
  const auto at_once = std::max<std::int64_t>(numbers_at_once / numbers_a_row, 1);
  for (std::int64_t first = 0; first < rows; first += at_once)
    body(row_range{first, std::min(first + at_once, rows)});
}

/// Adds the sums of some rows to those before: summed up so, they round less than in one row.
template <std::int64_t Width, int Taps, int Vectors>
PACELINE_KERNEL_BODY void add_rows(const typename lanes<Width>::floats (&kept)[Taps][Vectors], float* sums,
                                   std::int64_t columns) {
  for (int tap = 0; tap < Taps; ++tap)
    for (int v = 0; v < Vectors; ++v) {
      typename lanes<Width>::floats sum;
      load(sum, sums + tap * columns + v * Width);
      sum += kept[tap][v];
      store(sums + tap * columns + v * Width, sum);
    }
}

/// Taps x Vectors sums stay in registers while all pixels pass.
template <std::int64_t Width, int Vectors, int Taps>
PACELINE_KERNEL_BODY void gradient_tile(const few_channels_shape& s, const float* picture,
                                        const planes<const float>& gradient, const row_range& rows, std::int64_t column,
                                        std::int64_t first, float* sums) {
  using vector = typename lanes<Width>::floats;
  const auto columns = s.columns();
  sums += first * columns + column;
  vector kept[Taps][Vectors];
  std::int64_t places[Taps];
  for (int tap = 0; tap < Taps; ++tap) {
    places[tap] = place_of(s, first + tap);
    for (int v = 0; v < Vectors; ++v)
      kept[tap][v] = vector{};
  }
  const float* from[Vectors];
  for (int v = 0; v < Vectors; ++v)
    from[v] = gradient.data + offset_of(s, gradient, column + v * Width);
  const auto width = s.made.shape.width;
  auto pixel = rows.first * width * s.made.block;
  for (auto y = rows.first; y < rows.end; ++y)
    for (std::int64_t x = 0; x < width; ++x, pixel += s.made.block) {
      const float* corner = picture + (y * s.width + x) * s.stride;
      vector right[Vectors];
      for (int v = 0; v < Vectors; ++v)
        load(right[v], from[v] + pixel);
      for (int tap = 0; tap < Taps; ++tap) {
        const float left = corner[places[tap]];
        for (int v = 0; v < Vectors; ++v)
          kept[tap][v] += left * right[v];
      }
    }
  add_rows<Width>(kept, sums, columns);
}

/// The number at each lane's index.
template <std::int64_t Width>
PACELINE_KERNEL_BODY void pick(typename lanes<Width>::floats& to, const float* from,
                               const typename lanes<Width>::ints& index) {
#ifdef __clang__
  for (std::int64_t lane = 0; lane < Width; ++lane)
    to[lane] = from[index[lane]];
#else
  typename lanes<Width>::floats table;
  load(table, from);
  to = __builtin_shuffle(table, index);
#endif
}

/// Of the four values that a tap meets in a window of the pool each channel takes that of its winner: a quarter of the products.
template <std::int64_t Width, int Vectors, int Taps>
PACELINE_KERNEL_BODY void pooled_gradient_tile(const few_channels_shape& s, const float* quads,
                                               const planes<const float>& gradient, const std::uint8_t* winners,
                                               const row_range& rows, std::int64_t column, std::int64_t first,
                                               float* sums) {
  using vector = typename lanes<Width>::floats;
  const auto columns = s.columns();
  sums += first * columns + column;
  vector kept[Taps][Vectors];
  std::int64_t places[Taps];
  for (int tap = 0; tap < Taps; ++tap) {
    places[tap] = 4 * place_of(s, first + tap);
    for (int v = 0; v < Vectors; ++v)
      kept[tap][v] = vector{};
  }
  std::int64_t from[Vectors];
  for (int v = 0; v < Vectors; ++v)
    from[v] = offset_of(s, gradient, column + v * Width);
  const auto width = s.made.shape.width / 2;
  auto pixel = rows.first * width * s.made.block;
  for (auto y = rows.first; y < rows.end; ++y)
    for (std::int64_t x = 0; x < width; ++x, pixel += s.made.block) {
      const float* corner = quads + 8 * (y * s.width + x) * s.stride;
      vector right[Vectors];
      typename lanes<Width>::ints index[Vectors];
      for (int v = 0; v < Vectors; ++v) {
        typename lanes<Width>::bytes winner;
        load(right[v], gradient.data + from[v] + pixel);
        load(winner, winners + from[v] + pixel);
        convert(index[v], winner);
      }
      for (int tap = 0; tap < Taps; ++tap)
        for (int v = 0; v < Vectors; ++v) {
          vector left;
          pick<Width>(left, corner + places[tap], index[v]);
          kept[tap][v] += left * right[v];
        }
    }
  add_rows<Width>(kept, sums, columns);
}

/// Sums a vector of channels that leave registers for `beside` others a vector and two more.
constexpr int sums_of(int registers, int vectors, int beside) {
  return std::min(14, (registers - beside * vectors - 2) / vectors);
}

template <std::int64_t Width, int Registers, int MostVectors>
struct loops {
  PACELINE_KERNEL_BODY static void forward(const few_channels_shape& s, const float* picture, const float* filters,
                                           const float* bias, bool rectify, std::int64_t first, std::int64_t rows,
                                           const planes<float>& to) {
    for_columns<Width, MostVectors>(
      s.columns(), 0, [&](auto vectors, std::int64_t column) __attribute__((always_inline)) {
        constexpr int pixels = sums_of(Registers, vectors, 1);
        forward_columns<Width, vectors, pixels>(s, picture, filters, bias, rectify, first, rows, to, column);
      });
  }

  PACELINE_KERNEL_BODY static void add_gradient(const few_channels_shape& s, const float* picture,
                                                const planes<const float>& gradient, float* sums) {
    for_columns<Width, MostVectors>(
      s.columns(), 0, [&](auto vectors, std::int64_t column) __attribute__((always_inline)) {
        for_rows(
          s.made.shape.height,
          s.made.shape.width * vectors * Width, [&](const row_range& rows) __attribute__((always_inline)) {
            for_taps<sums_of(Registers, vectors, 1)>(
              s.taps(), 0, [&](auto taps, std::int64_t tap) __attribute__((always_inline)) {
                gradient_tile<Width, vectors, taps>(s, picture, gradient, rows, column, tap, sums);
              });
          });
      });
  }

  PACELINE_KERNEL_BODY static void add_pooled_gradient(const few_channels_shape& s, const float* quads,
                                                       const planes<const float>& gradient, const std::uint8_t* winners,
                                                       float* sums) {
    for_columns<Width, MostVectors>(
      s.columns(), 0, [&](auto vectors, std::int64_t column) __attribute__((always_inline)) {
        for_rows(
          s.made.shape.height / 2,
          s.made.shape.width / 2 * vectors * Width, [&](const row_range& rows) __attribute__((always_inline)) {
            for_taps<sums_of(Registers, vectors, 2)>(
              s.taps(), 0, [&](auto taps, std::int64_t tap) __attribute__((always_inline)) {
                pooled_gradient_tile<Width, vectors, taps>(s, quads, gradient, winners, rows, column, tap, sums);
              });
          });
      });
  }
};

#define PACELINE_FEW_CHANNELS_KERNELS(variant, target, width, registers, vectors)                                      \
  target PACELINE_FUSED_MULTIPLY_ADD void forward_##variant(                                                           \
    const few_channels_shape& s, const float* picture, const float* filters, const float* bias, bool rectify,          \
    std::int64_t first, std::int64_t rows, const planes<float>& to) {                                                  \
    loops<width, registers, vectors>::forward(s, picture, filters, bias, rectify, first, rows, to);                    \
  }                                                                                                                    \
  target PACELINE_FUSED_MULTIPLY_ADD void add_gradient_##variant(const few_channels_shape& s, const float* picture,    \
                                                                 const planes<const float>& gradient, float* sums) {   \
    loops<width, registers, vectors>::add_gradient(s, picture, gradient, sums);                                        \
  }                                                                                                                    \
  target PACELINE_FUSED_MULTIPLY_ADD void add_pooled_gradient_##variant(                                               \
    const few_channels_shape& s, const float* quads, const planes<const float>& gradient, const std::uint8_t* winners, \
    float* sums) {                                                                                                     \
    loops<width, registers, vectors>::add_pooled_gradient(s, quads, gradient, winners, sums);                          \
  }                                                                                                                    \
  constexpr few_channels_kernels kernels_##variant{#variant, forward_##variant, add_gradient_##variant,                \
                                                   add_pooled_gradient_##variant};

PACELINE_FEW_CHANNELS_KERNELS(portable, , 4, 16, 2)
#ifdef __x86_64__
PACELINE_FEW_CHANNELS_KERNELS(avx2, PACELINE_TARGET_AVX2_FMA, 8, 16, 2)
PACELINE_FEW_CHANNELS_KERNELS(avx512, PACELINE_TARGET_AVX512_FMA, 16, 32, 4)
#endif

} // namespace

void fill_quads(const few_channels_shape& s, const float* picture, float* quads) {
  const auto size = s.picture_size();
  // Places at the end whose window would reach beyond the picture are met by no tap.
  for (std::int64_t place = 0; place < size; ++place) {
    const auto at = [&](std::int64_t distance) { return place + distance < size ? picture[place + distance] : 0.0f; };
    quads[4 * place] = at(0);
    quads[4 * place + 1] = at(s.stride);
    quads[4 * place + 2] = at(s.stride * s.width);
    quads[4 * place + 3] = at(s.stride * s.width + s.stride);
  }
  std::fill(quads + 4 * size, quads + quads_size(s), 0.0f);
}

std::span<const few_channels_kernels> supported_few_channels_kernels() {
  static const few_channels_kernels all[] = {PACELINE_VARIANTS(kernels_)};
  static const auto supported = runnable_variants(std::span<const few_channels_kernels>(all), multiply_add::fused);
  return supported;
}

} // namespace paceline::cpu::direct
