#pragma once

#include <cstddef>

/// Winograd's minimal filtering F(4x4, r x r) for filters of r = 3 and 5 (Lavin and Gray 2015): four outputs of a filter from r + 3
/// inputs with r + 3 multiplications in place of 4 r; in two dimensions 36 in place of 144, and 64 in place of 400. By Toom and
/// Cook's interpolation in the points 0, ±1, ±2 (and ±1/2 for r = 5) and infinity:
///
///   y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ x B)] A
///
/// Its adjoints give the backward pass: with dM = A dy Aᵀ, the filter's gradient is Gᵀ [dM ⊙ (Bᵀ x B)] G and the input's
/// is B [dM ⊙ (G g Gᵀ)] Bᵀ. Summed over channels the products are matrix products, one for each place of a tile.
///
/// And F(2x2, 3x3) for a map of 2x2 pixels in a padding of one: both outputs of a row come from the same two inputs,
///
///   y₀ = g₁ x₀ + g₂ x₁ = g₁ (x₀ + x₁) + (g₂ − g₁) x₁
///   y₁ = g₀ x₀ + g₁ x₁ = g₁ (x₀ + x₁) + (g₀ − g₁) x₀
///
/// with three multiplications, so that in two dimensions it takes 9 in place of 36, of which 20 would be by the padding.
namespace paceline::cpu::winograd {

/// Aᵀ, for so many outputs a side and filters of that side.
template <std::size_t Outputs, std::size_t Filter>
struct output_matrix;
/// G.
template <std::size_t Outputs, std::size_t Filter>
struct filter_matrix;
/// Bᵀ.
template <std::size_t Outputs, std::size_t Filter>
struct input_matrix;

template <>
struct output_matrix<4, 5> {
  static constexpr std::size_t rows = 4, columns = 8;
  static constexpr double values[rows][columns] = {{1, 1, 1, 1, 1, 1, 1, 0},
                                                   {0, 1, -1, 2, -2, 0.5, -0.5, 0},
                                                   {0, 1, 1, 4, 4, 0.25, 0.25, 0},
                                                   {0, 1, -1, 8, -8, 0.125, -0.125, 1}};
};

template <>
struct filter_matrix<4, 5> {
  static constexpr std::size_t rows = 8, columns = 5;
  static constexpr double values[rows][columns] = {{-1, 0, 0, 0, 0},
                                                   {-2. / 9, -2. / 9, -2. / 9, -2. / 9, -2. / 9},
                                                   {-2. / 9, 2. / 9, -2. / 9, 2. / 9, -2. / 9},
                                                   {1. / 90, 1. / 45, 2. / 45, 4. / 45, 8. / 45},
                                                   {1. / 90, -1. / 45, 2. / 45, -4. / 45, 8. / 45},
                                                   {32. / 45, 16. / 45, 8. / 45, 4. / 45, 2. / 45},
                                                   {32. / 45, -16. / 45, 8. / 45, -4. / 45, 2. / 45},
                                                   {0, 0, 0, 0, 1}};
};

template <>
struct input_matrix<4, 5> {
  static constexpr std::size_t rows = 8, columns = 8;
  static constexpr double values[rows][columns] = {
    {-1, 0, 5.25, 0, -5.25, 0, 1, 0},     {0, 1, 1, -4.25, -4.25, 1, 1, 0},      {0, -1, 1, 4.25, -4.25, -1, 1, 0},
    {0, 0.5, 0.25, -2.5, -1.25, 2, 1, 0}, {0, -0.5, 0.25, 2.5, -1.25, -2, 1, 0}, {0, 2, 4, -2.5, -5, 0.5, 1, 0},
    {0, -2, 4, 2.5, -5, -0.5, 1, 0},      {0, -1, 0, 5.25, 0, -5.25, 0, 1}};
};

template <>
struct output_matrix<4, 3> {
  static constexpr std::size_t rows = 4, columns = 6;
  static constexpr double values[rows][columns] = {
    {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
};

template <>
struct filter_matrix<4, 3> {
  static constexpr std::size_t rows = 6, columns = 3;
  static constexpr double values[rows][columns] = {{1. / 4, 0, 0},
                                                   {-1. / 6, -1. / 6, -1. / 6},
                                                   {-1. / 6, 1. / 6, -1. / 6},
                                                   {1. / 24, 1. / 12, 1. / 6},
                                                   {1. / 24, -1. / 12, 1. / 6},
                                                   {0, 0, 1}};
};

template <>
struct input_matrix<4, 3> {
  static constexpr std::size_t rows = 6, columns = 6;
  static constexpr double values[rows][columns] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                                   {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
};

template <>
struct output_matrix<2, 3> {
  static constexpr std::size_t rows = 2, columns = 3;
  static constexpr double values[rows][columns] = {{1, 1, 0}, {1, 0, 1}};
};

template <>
struct filter_matrix<2, 3> {
  static constexpr std::size_t rows = 3, columns = 3;
  static constexpr double values[rows][columns] = {{0, 1, 0}, {0, -1, 1}, {1, -1, 0}};
};

template <>
struct input_matrix<2, 3> {
  static constexpr std::size_t rows = 3, columns = 2;
  static constexpr double values[rows][columns] = {{1, 1}, {0, 1}, {1, 0}};
};

/// Inputs of a tile, a side.
template <std::size_t Outputs, std::size_t Filter>
constexpr std::size_t inputs = input_matrix<Outputs, Filter>::columns;

/// Products of a tile.
template <std::size_t Outputs, std::size_t Filter>
constexpr std::size_t places = input_matrix<Outputs, Filter>::rows* input_matrix<Outputs, Filter>::rows;

/// Inputs before a tile's first one that its outputs' filters also reach, but that are always padding, a side.
template <std::size_t Outputs, std::size_t Filter>
constexpr std::size_t skipped = (Outputs + Filter - 1 - inputs<Outputs, Filter>) / 2;

/// The transpose of another matrix.
template <class Matrix>
struct transposed {
  static constexpr std::size_t rows = Matrix::columns;
  static constexpr std::size_t columns = Matrix::rows;
};

/// The number at that place of a matrix or of a transpose.
template <class Matrix>
constexpr double number(const Matrix*, std::size_t row, std::size_t column) {
  return Matrix::values[row][column];
}

template <class Matrix>
constexpr double number(const transposed<Matrix>*, std::size_t row, std::size_t column) {
  return number(static_cast<const Matrix*>(nullptr), column, row);
}

} // namespace paceline::cpu::winograd
