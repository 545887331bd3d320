#include "compute/cpu/winograd/products.hpp"

#include "compute/cpu/lanes.hpp"
#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <vector>

namespace paceline::cpu::winograd {

namespace {

/// Floats of a cache line.
constexpr std::int64_t line = 16;

/// So many rows of the right matrix, of the columns that are made together, stay in a first-level cache of 48 KiB (in a smaller one most of
/// them) while all rows of the left one pass by.
constexpr std::int64_t most_inner = 128;

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

enum class left { as_it_is, transposed };

/// What a kernel is compiled for. `Sums`: vectors of sums that leave registers for what they are made from.
template <std::int64_t Block, std::int64_t Width, int Sums, int MostVectors, left Left>
struct shape {
  static constexpr auto block = Block;
  static constexpr auto width = Width;
  static constexpr auto most_vectors = MostVectors;
  static constexpr bool transposes = Left == left::transposed;
  /// Of a transpose no more than lie beside each other.
  template <int Vectors>
  static constexpr int most_rows = transposes ? std::min<int>(Block, Sums / Vectors) : Sums / Vectors;
};

/// The element at that row and column.
template <std::int64_t Block, class T>
PACELINE_KERNEL_BODY T* element(const blocked_matrix<T>& m, std::int64_t row, std::int64_t column) {
  return m.data + column / Block * m.stride + row * Block + column % Block;
}

/// A tile of the product: Rows x (Vectors x width), which stay in registers on the way through `inner`. `a` and `b` begin at what is
/// added first, `product` at the tile's first row.
template <class Shape, int Rows, int Vectors>
PACELINE_KERNEL_BODY void tile(const blocked_matrix<const float>& a, const float* const (&b)[Vectors],
                               float* const (&product)[Vectors], std::int64_t inner, bool add,
                               std::span<read_ahead> ahead) {
  constexpr auto block = Shape::block;
  using vector = typename lanes<Shape::width>::floats;
  vector sums[Rows][Vectors];
#pragma GCC unroll 24
  for (int row = 0; row < Rows; ++row)
    for (int v = 0; v < Vectors; ++v) {
      sums[row][v] = vector{};
      if (add)
        load(sums[row][v], product[v] + row * block);
    }
  const auto lines = take_lines(ahead, inner, a.data);
  const float* asked = lines.first;
  std::int64_t from = 0;
  const auto add_products = [&](const float* left) __attribute__((always_inline)) {
    constexpr auto next_row = Shape::transposes ? 1 : block;
    __builtin_prefetch(asked);
    asked += lines.step;
    vector right[Vectors];
    for (int v = 0; v < Vectors; ++v)
      load(right[v], b[v] + from);
    from += block;
#pragma GCC unroll 24
    for (int row = 0; row < Rows; ++row)
      for (int v = 0; v < Vectors; ++v)
        sums[row][v] += left[row * next_row] * right[v];
  };
  if constexpr (Shape::transposes) {
    for (std::int64_t i = 0; i < inner; ++i)
      add_products(a.data + i * block);
  } else {
    for (const float* left = a.data; inner > 0; inner -= block, left += a.stride)
      for (std::int64_t i = 0; i < std::min(inner, block); ++i)
        add_products(left + i);
  }
#pragma GCC unroll 24
  for (int row = 0; row < Rows; ++row)
    for (int v = 0; v < Vectors; ++v)
      store(product[v] + row * block, sums[row][v]);
}

/// Calls work(count) with that number as a constant, which is 1 to Most.
template <int Most, class Work>
PACELINE_KERNEL_BODY void with_count(std::int64_t count, Work work) {
  if constexpr (Most > 1)
    if (count != Most)
      return with_count<Most - 1>(count, work);
  work(std::integral_constant<int, Most>{});
}

/// Calls work(first, count) for parts of `size` that are as equal as can be, of at most Most, count a constant: a small one at the end would
/// wait for each of its few sums.
template <int Most, class Work>
PACELINE_KERNEL_BODY void in_equal_parts(std::int64_t size, Work work) {
  std::int64_t first = 0;
  for (auto parts = (size + Most - 1) / Most; parts > 0; --parts) {
    const auto count = (size - first) / parts;
    with_count<Most>(
      count, [&](auto constant) __attribute__((always_inline)) { work(first, constant); });
    first += count;
  }
}

/// All rows of some columns, over the part of the inner numbers that begins with the first of `b`.
template <class Shape, int Vectors>
PACELINE_KERNEL_BODY void rows_of(const blocked_matrix<const float>& a, const float* const (&b)[Vectors],
                                  float* const (&product)[Vectors], std::int64_t rows, std::int64_t first_inner,
                                  std::int64_t inner, bool add, std::span<read_ahead> ahead) {
  constexpr auto block = Shape::block;
  constexpr auto most = Shape::template most_rows<Vectors>;
  const auto some_rows = [&](std::int64_t row, auto height) __attribute__((always_inline)) {
    float* to[Vectors];
    for (int v = 0; v < Vectors; ++v)
      to[v] = product[v] + row * block;
    const float* from = Shape::transposes ? element<block>(a, first_inner, row) : element<block>(a, row, first_inner);
    tile<Shape, height, Vectors>({from, a.stride}, b, to, inner, add, ahead);
  };
  if constexpr (!Shape::transposes)
    in_equal_parts<most>(rows, some_rows);
  else
    for (std::int64_t first = 0; first < rows; first += block)
      in_equal_parts<most>(
        std::min(block, rows - first), [&](std::int64_t row, auto height)
                                         __attribute__((always_inline)) { some_rows(first + row, height); });
}

template <class Shape>
PACELINE_KERNEL_BODY void multiply_body(const blocked_matrix<const float>& a, const blocked_matrix<const float>& b,
                                        const blocked_matrix<float>& product, const product_size& size, bool add,
                                        std::span<read_ahead> ahead) {
  constexpr auto block = Shape::block;
  constexpr auto width = Shape::width;
  in_equal_parts<Shape::most_vectors>(
    size.columns / width, [&](std::int64_t first_vector, auto vectors) __attribute__((always_inline)) {
      for (std::int64_t inner = 0; inner < size.inner; inner += most_inner) {
        const float* right[vectors];
        float* to[vectors];
        for (int v = 0; v < vectors; ++v) {
          const auto column = (first_vector + v) * width;
          right[v] = element<block>(b, inner, column);
          to[v] = element<block>(product, 0, column);
        }
        rows_of<Shape, vectors>(a, right, to, size.rows, inner, std::min(most_inner, size.inner - inner),
                                add || inner > 0, ahead);
      }
    });
}

#define PACELINE_WINOGRAD_PRODUCTS(variant, target, block, width, sums, vectors)                                       \
  target PACELINE_FUSED_MULTIPLY_ADD void multiply_##variant##_##block(                                                \
    const blocked_matrix<const float>& a, const blocked_matrix<const float>& b, const blocked_matrix<float>& product,  \
    const product_size& size, bool add, std::span<read_ahead> ahead) {                                                 \
    multiply_body<shape<block, width, sums, vectors, left::as_it_is>>(a, b, product, size, add, ahead);                \
  }                                                                                                                    \
  target PACELINE_FUSED_MULTIPLY_ADD void multiply_transposed_##variant##_##block(                                     \
    const blocked_matrix<const float>& a, const blocked_matrix<const float>& b, const blocked_matrix<float>& product,  \
    const product_size& size, bool add, std::span<read_ahead> ahead) {                                                 \
    multiply_body<shape<block, width, sums, vectors, left::transposed>>(a, b, product, size, add, ahead);              \
  }                                                                                                                    \
  constexpr product_kernel kernel_##block##_##variant{#variant, block, vectors * width, multiply_##variant##_##block,  \
                                                      multiply_transposed_##variant##_##block};                        \
  static_assert(vectors * width <= most_inner);

PACELINE_WINOGRAD_PRODUCTS(portable, , 8, 4, 8, 2)
PACELINE_WINOGRAD_PRODUCTS(portable, , 16, 4, 8, 2)
#ifdef __x86_64__
PACELINE_WINOGRAD_PRODUCTS(avx2, PACELINE_TARGET_AVX2_FMA, 8, 8, 12, 2)
PACELINE_WINOGRAD_PRODUCTS(avx2, PACELINE_TARGET_AVX2_FMA, 16, 8, 12, 2)
PACELINE_WINOGRAD_PRODUCTS(avx512, PACELINE_TARGET_AVX512_FMA, 8, 8, 24, 4)
PACELINE_WINOGRAD_PRODUCTS(avx512, PACELINE_TARGET_AVX512_FMA, 16, 16, 24, 4)
#endif

std::vector<product_kernel> find_supported(std::span<const product_kernel> all) {
  return runnable_variants(all, multiply_add::fused);
}

} // namespace

std::span<const product_kernel> supported_products(std::int64_t block) {
  static const product_kernel all_of_8[] = {PACELINE_VARIANTS(kernel_8_)};
  static const product_kernel all_of_16[] = {PACELINE_VARIANTS(kernel_16_)};
  static const auto of_8 = find_supported(all_of_8);
  static const auto of_16 = find_supported(all_of_16);
  assert(block == 8 || block == 16);
  return block == 8 ? of_8 : of_16;
}

} // namespace paceline::cpu::winograd
