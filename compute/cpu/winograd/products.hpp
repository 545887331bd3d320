#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace paceline::cpu::winograd {

/// A matrix whose columns lie in blocks, as an activation's channels do: element (row, column) at
/// column / block stride + row block + column % block. What a product reads next lies beside what it reads, at a distance that the
/// compiler knows.
template <class T>
struct blocked_matrix {
  T* data = nullptr;
  /// Numbers from block to block; at least rows block.
  std::int64_t stride = 0;
};

/// rows x inner times inner x columns.
struct product_size {
  std::int64_t rows = 0;
  /// A multiple of the block.
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

/// Matrix products of a size at which a library's preparations would cost more than they gain. Compiled for one instruction set and
/// block; the variants round differently.
struct product_kernel {
  std::string_view instruction_set;
  /// 8 or 16.
  std::int64_t block = 0;
  /// Where inner and columns are at most so many, a product may take the place of its left matrix.
  std::int64_t columns_at_once = 0;

  using function = void (*)(const blocked_matrix<const float>& a, const blocked_matrix<const float>& b,
                            const blocked_matrix<float>& product, const product_size& size, bool add,
                            std::span<read_ahead> ahead);

  /// product ← a b, or product + a b where it is to be added. Asks for what is `ahead`, in that order and as far as it comes.
  function multiply = nullptr;
  /// product ← aᵀ b, likewise.
  function multiply_transposed = nullptr;
};

/// The variants for that block that this processor can run, the plain one first and the fastest last. Requires a block of 8 or 16.
std::span<const product_kernel> supported_products(std::int64_t block);

} // namespace paceline::cpu::winograd
