#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace paceline {

/// Rows of a matrix product in double precision, as kernels: eight rows of the left matrix by eight columns of the right one at a time, so
/// that sums stay in registers.
struct row_products {
  static constexpr std::size_t rows = 8;
  static constexpr std::size_t columns = 8;

  std::string_view instruction_set;
  /// sums[i * 8 + j] = Σ_k left[i * stride + k] panel[k * 8 + j], over `depth` terms in rising order: each sum is made in the same order
  /// by every variant, with one rounding a term where multiply-adds are fused.
  void (*multiply)(const double* left, std::size_t stride, const double* panel, std::size_t depth, double* sums);
};

/// Those that this processor can run, the plain one first and the fastest last.
std::span<const row_products> supported_row_products();

} // namespace paceline
