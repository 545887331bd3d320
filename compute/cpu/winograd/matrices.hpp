#pragma once

#include <cstddef>

/// Winograd's minimal filtering F(4x4, 5x5) (Lavin and Gray 2015): four outputs of a filter of five from eight inputs, with eight
/// multiplications in place of twenty, in two dimensions 64 in place of 400. By Toom and Cook's interpolation in the
/// points 0, ±1, ±2, ±1/2 and infinity:
///
///   y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ x B)] A
///
/// Its adjoints give the backward pass: with dM = A dy Aᵀ, the filter's gradient is Gᵀ [dM ⊙ (Bᵀ x B)] G and the input's
/// is B [dM ⊙ (G g Gᵀ)] Bᵀ. Summed over channels the products are matrix products, one for each of the 64 places.
namespace paceline::cpu::winograd {

constexpr std::size_t filter = 5;
/// Outputs of a tile, and inputs, a side.
constexpr std::size_t outputs = 4;
constexpr std::size_t inputs = outputs + filter - 1;
constexpr std::size_t places = inputs * inputs;

/// Aᵀ, 4 x 8.
struct output_matrix {
  static constexpr std::size_t rows = outputs;
  static constexpr std::size_t columns = inputs;
  static constexpr double values[rows][columns] = {{1, 1, 1, 1, 1, 1, 1, 0},
                                                   {0, 1, -1, 2, -2, 0.5, -0.5, 0},
                                                   {0, 1, 1, 4, 4, 0.25, 0.25, 0},
                                                   {0, 1, -1, 8, -8, 0.125, -0.125, 1}};
};

/// G, 8 x 5.
struct filter_matrix {
  static constexpr std::size_t rows = inputs;
  static constexpr std::size_t columns = filter;
  static constexpr double values[rows][columns] = {
    {-1, 0, 0, 0, 0},
    {-2. / 9, -2. / 9, -2. / 9, -2. / 9, -2. / 9},
    {-2. / 9, 2. / 9, -2. / 9, 2. / 9, -2. / 9},
    {1. / 90, 1. / 45, 2. / 45, 4. / 45, 8. / 45},
    {1. / 90, -1. / 45, 2. / 45, -4. / 45, 8. / 45},
    {32. / 45, 16. / 45, 8. / 45, 4. / 45, 2. / 45},
    {32. / 45, -16. / 45, 8. / 45, -4. / 45, 2. / 45},
    {0, 0, 0, 0, 1}};
};

/// Bᵀ, 8 x 8.
struct input_matrix {
  static constexpr std::size_t rows = inputs;
  static constexpr std::size_t columns = inputs;
  static constexpr double values[rows][columns] = {
    {-1, 0, 5.25, 0, -5.25, 0, 1, 0},      {0, 1, 1, -4.25, -4.25, 1, 1, 0},
    {0, -1, 1, 4.25, -4.25, -1, 1, 0},     {0, 0.5, 0.25, -2.5, -1.25, 2, 1, 0},
    {0, -0.5, 0.25, 2.5, -1.25, -2, 1, 0}, {0, 2, 4, -2.5, -5, 0.5, 1, 0},
    {0, -2, 4, 2.5, -5, -0.5, 1, 0},       {0, -1, 0, 5.25, 0, -5.25, 0, 1}};
};

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
  return Matrix::values[column][row];
}

} // namespace paceline::cpu::winograd
