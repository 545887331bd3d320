#include "compute/cpu/winograd/products.hpp"

#include "compute/cpu/lanes.hpp"
#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace paceline::cpu::winograd {

namespace {

/// Floats of a cache line.
constexpr std::int64_t line = 16;

/// The lines that a tile's way through `inner` is to ask for: the first one, and how far to the next; 0 where nothing is left to ask for.
struct lines_ahead {
  const float* first;
  std::int64_t step;
};

inline lines_ahead take_lines(std::span<read_ahead> ahead, std::int64_t count, const float* hot) {
  for (auto& each : ahead)
    if (each.asked < each.size && each.size >= count * line) {
      // The last lines may be asked for twice, but none beyond.
      const auto first = std::min(each.asked, each.size - count * line);
      each.asked = first + count * line;
      return {each.data + first, line};
    }
  return {hot, 0};
}

/// Rows x (Vectors x Width) of the product, which stay in registers.
template <std::int64_t Width, int Rows, int Vectors>
PACELINE_KERNEL_BODY void tile(const left_matrix& a, const row_matrix<const float>& b, const row_matrix<float>& product,
                               std::int64_t inner, bool add, std::span<read_ahead> ahead) {
  using vector = typename lanes<Width>::floats;
  vector sums[Rows][Vectors];
  for (int row = 0; row < Rows; ++row)
    for (int v = 0; v < Vectors; ++v) {
      sums[row][v] = vector{};
      if (add)
        load(sums[row][v], product.data + row * product.stride + v * Width);
    }
  auto [asked, step] = take_lines(ahead, inner, a.data);
  for (std::int64_t i = 0; i < inner; ++i, asked += step) {
    __builtin_prefetch(asked);
    vector right[Vectors];
    for (int v = 0; v < Vectors; ++v)
      load(right[v], b.data + i * b.stride + v * Width);
    for (int row = 0; row < Rows; ++row) {
      const float left = a.data[row * a.row_stride + i * a.inner_stride];
      for (int v = 0; v < Vectors; ++v)
        sums[row][v] += left * right[v];
    }
  }
  for (int row = 0; row < Rows; ++row)
    for (int v = 0; v < Vectors; ++v)
      store(product.data + row * product.stride + v * Width, sums[row][v]);
}

/// Calls work(rows) with that number as a constant, which is 1 to Most.
template <int Most, class Work>
PACELINE_KERNEL_BODY void with_rows(std::int64_t rows, Work work) {
  if constexpr (Most > 1)
    if (rows != Most)
      return with_rows<Most - 1>(rows, work);
  work(std::integral_constant<int, Most>{});
}

/// All rows of some columns, in tiles of as equal a height as can be, of at most Most rows: a low one at the end would wait for each of its
/// few sums.
template <std::int64_t Width, int Most, int Vectors>
PACELINE_KERNEL_BODY void rows_of(const left_matrix& a, const row_matrix<const float>& b,
                                  const row_matrix<float>& product, const product_size& size, bool add,
                                  std::span<read_ahead> ahead) {
  std::int64_t row = 0;
  for (auto tiles = (size.rows + Most - 1) / Most; tiles > 0; --tiles) {
    const auto rows = (size.rows - row) / tiles;
    with_rows<Most>(
      rows, [&](auto height) __attribute__((always_inline)) {
        tile<Width, height, Vectors>({a.data + row * a.row_stride, a.row_stride, a.inner_stride}, b,
                                     {product.data + row * product.stride, product.stride}, size.inner, add, ahead);
      });
    row += rows;
  }
}

template <std::int64_t Width, int Rows>
PACELINE_KERNEL_BODY void multiply_body(const left_matrix& a, const row_matrix<const float>& b,
                                        const row_matrix<float>& product, const product_size& size, bool add,
                                        std::span<read_ahead> ahead) {
  std::int64_t column = 0;
  const auto right = [&]() __attribute__((always_inline)) {
    return row_matrix<const float>{b.data + column, b.stride};
  };
  const auto out = [&]() __attribute__((always_inline)) {
    return row_matrix<float>{product.data + column, product.stride};
  };
  for (; column + 2 * Width <= size.columns; column += 2 * Width)
    rows_of<Width, Rows, 2>(a, right(), out(), size, add, ahead);
  for (; column + Width <= size.columns; column += Width)
    rows_of<Width, Rows, 1>(a, right(), out(), size, add, ahead);
  if constexpr (Width > 8)
    for (; column < size.columns; column += 8)
      rows_of<8, Rows, 1>(a, right(), out(), size, add, ahead);
}

// So many rows of two vectors as leave registers for what they are made from.
#define PACELINE_WINOGRAD_PRODUCTS(variant, target, width, rows)                                                       \
  target PACELINE_FUSED_MULTIPLY_ADD void multiply_##variant(                                                          \
    const left_matrix& a, const row_matrix<const float>& b, const row_matrix<float>& product,                          \
    const product_size& size, bool add, std::span<read_ahead> ahead) {                                                 \
    multiply_body<width, rows>(a, b, product, size, add, ahead);                                                       \
  }                                                                                                                    \
  constexpr product_kernel kernel_##variant{#variant, 2 * width, multiply_##variant};

PACELINE_WINOGRAD_PRODUCTS(portable, , 4, 4)
#ifdef __x86_64__
PACELINE_WINOGRAD_PRODUCTS(avx2, PACELINE_TARGET_AVX2_FMA, 8, 6)
PACELINE_WINOGRAD_PRODUCTS(avx512, PACELINE_TARGET_AVX512_FMA, 16, 12)
#endif

} // namespace

std::span<const product_kernel> supported_products() {
  static const product_kernel all[] = {PACELINE_VARIANTS(kernel_)};
  static const auto supported = runnable_variants(std::span<const product_kernel>(all), multiply_add::fused);
  return supported;
}

} // namespace paceline::cpu::winograd
