#include "compute/objectives/row_products.hpp"

#include "compute/instruction_sets.hpp"

#include <cstring>

namespace paceline {

namespace {

/// `Width` numbers that are worked on together.
template <int Width>
struct row_lanes {
  typedef double doubles [[gnu::vector_size(Width * sizeof(double))]];
};

/// `Rows` of the eight rows at a time: as many as leave registers for their sums.
template <int Width, int Rows>
PACELINE_KERNEL_BODY void multiply_body(const double* left, std::size_t stride, const double* panel, std::size_t depth,
                                        double* sums) {
  using vector = typename row_lanes<Width>::doubles;
  constexpr int vectors = static_cast<int>(row_products::columns) / Width;
  for (std::size_t first = 0; first < row_products::rows; first += Rows) {
    vector sum[Rows][vectors] = {};
    const auto* top = left + first * stride;
    for (std::size_t k = 0; k < depth; ++k) {
      vector right[vectors];
      for (int v = 0; v < vectors; ++v)
        std::memcpy(&right[v], panel + k * row_products::columns + v * Width, sizeof(vector));
      for (int i = 0; i < Rows; ++i) {
        const double factor = top[static_cast<std::size_t>(i) * stride + k];
        for (int v = 0; v < vectors; ++v)
          sum[i][v] += factor * right[v];
      }
    }
    for (int i = 0; i < Rows; ++i)
      for (int v = 0; v < vectors; ++v)
        std::memcpy(sums + (first + static_cast<std::size_t>(i)) * row_products::columns + v * Width, &sum[i][v],
                    sizeof(vector));
  }
}

#define PACELINE_ROW_PRODUCTS(variant, target, width, at_once)                                                         \
  target PACELINE_FUSED_MULTIPLY_ADD void multiply_##variant(const double* left, std::size_t stride,                   \
                                                             const double* panel, std::size_t depth, double* sums) {   \
    multiply_body<width, at_once>(left, stride, panel, depth, sums);                                                   \
  }                                                                                                                    \
  constexpr row_products row_products_##variant{#variant, multiply_##variant};

PACELINE_ROW_PRODUCTS(portable, , 2, 2)
#ifdef __x86_64__
PACELINE_ROW_PRODUCTS(avx2, PACELINE_TARGET_AVX2_FMA, 4, 4)
PACELINE_ROW_PRODUCTS(avx512, PACELINE_TARGET_AVX512_FMA, 8, 8)
#endif

} // namespace

std::span<const row_products> supported_row_products() {
  static const row_products all[] = {PACELINE_VARIANTS(row_products_)};
  static const auto found = runnable_variants(std::span<const row_products>(all), multiply_add::fused);
  return found;
}

} // namespace paceline
