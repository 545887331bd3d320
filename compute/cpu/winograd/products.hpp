#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace paceline::cpu::winograd {

/// The left matrix of a product, or its transpose: element (row, inner) lies at row row_stride + inner inner_stride.
struct left_matrix {
  const float* data = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t inner_stride = 0;
};

/// A matrix in row order.
template <class T>
struct row_matrix {
  T* data = nullptr;
  std::int64_t stride = 0;
};

/// rows x inner times inner x columns.
struct product_size {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t inner = 0;
};

/// Memory that will be read soon. It is asked for while a product is made, a line of the cache at a time, so that the product does not
/// wait for it.
struct read_ahead {
  const float* data = nullptr;
  std::int64_t size = 0;
  /// Floats that have been asked for.
  std::int64_t asked = 0;
};

/// Matrix products of a size at which a library's preparations would cost more than they gain. Compiled for one instruction set; the
/// variants round differently.
struct product_kernel {
  std::string_view instruction_set;
  /// So many columns, or half of them, are made together: such a product may take the place of its left matrix, row by row.
  std::int64_t columns_at_once = 0;

  /// product ← a b, or product + a b where it is to be added. Asks for what is `ahead`, in that order and as far as it comes. Requires a multiple of 8 columns.
  void (*multiply)(const left_matrix& a, const row_matrix<const float>& b, const row_matrix<float>& product,
                   const product_size& size, bool add, std::span<read_ahead> ahead);
};

/// The variants that this processor can run, the plain one first and the fastest last.
std::span<const product_kernel> supported_products();

} // namespace paceline::cpu::winograd
