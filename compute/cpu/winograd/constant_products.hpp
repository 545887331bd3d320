#pragma once

#include "compute/cpu/lanes.hpp"
#include "compute/cpu/winograd/matrices.hpp"

#include <cstddef>
#include <optional>
#include <utility>

/// Products of the constant matrices of matrices.hpp with vectors, unrolled, for transforms.cpp alone. Most rows of these matrices stand
/// for points p and −p of an interpolation and differ in signs alone; what they have in common is summed up once.
namespace paceline::cpu::winograd {

template <class Matrix>
constexpr double number_in(std::size_t row, std::size_t column) {
  return number(static_cast<const Matrix*>(nullptr), row, column);
}

/// Whether this row and the next one differ in the signs of some numbers: with E the sum of the terms that they share and O that of those
/// with opposite signs, they are E + O and E − O.
template <class Matrix>
constexpr bool is_mirrored(std::size_t row) {
  if (row + 1 >= Matrix::rows)
    return false;
  bool shared = false;
  bool opposite = false;
  for (std::size_t column = 0; column < Matrix::columns; ++column) {
    const auto here = number_in<Matrix>(row, column);
    const auto below = number_in<Matrix>(row + 1, column);
    if (here != below && here != -below)
      return false;
    shared = shared || (here != 0 && here == below);
    opposite = opposite || (here != 0 && here == -below);
  }
  return shared && opposite;
}

template <class Matrix>
constexpr bool has_mirrored_rows() {
  for (std::size_t row = 0; row < Matrix::rows; ++row)
    if (is_mirrored<Matrix>(row))
      return true;
  return false;
}

/// Whether no row is part of two pairs, which would have to be told apart.
template <class Matrix>
constexpr bool pairs_are_apart() {
  for (std::size_t row = 0; row + 1 < Matrix::rows; ++row)
    if (is_mirrored<Matrix>(row) && is_mirrored<Matrix>(row + 1))
      return false;
  return true;
}

/// M with x₁ + x₂ and x₁ − x₂ in place of x₁ and x₂ for each two columns that are mirrored.
template <class Matrix>
struct folded {
  static constexpr std::size_t rows = Matrix::rows;
  static constexpr std::size_t columns = Matrix::columns;
};

template <class Matrix>
constexpr double number(const folded<Matrix>*, std::size_t row, std::size_t column) {
  const auto here = number_in<Matrix>(row, column);
  if (is_mirrored<transposed<Matrix>>(column))
    return here == number_in<Matrix>(row, column + 1) ? here : 0;
  if (column > 0 && is_mirrored<transposed<Matrix>>(column - 1))
    return here == number_in<Matrix>(row, column - 1) ? 0 : -here;
  return here;
}

enum class terms { all, shared, opposite };

/// Whether a row's term at that column is one of those.
template <class Matrix>
constexpr bool is_one_of(terms which, std::size_t row, std::size_t column) {
  const auto here = number_in<Matrix>(row, column);
  return here != 0 && (which == terms::all || (here == number_in<Matrix>(row + 1, column)) == (which == terms::shared));
}

/// The column of the term to begin with: one that costs no multiplication, if there is any.
template <class Matrix>
constexpr std::size_t first_of(terms which, std::size_t row) {
  std::optional<std::size_t> first;
  for (const auto wanted : {1.0, -1.0, 0.0})
    for (std::size_t column = 0; column < Matrix::columns && !first; ++column)
      if (is_one_of<Matrix>(which, row, column) && (wanted == 0 || number_in<Matrix>(row, column) == wanted))
        first = column;
  return first.value();
}

/// The sum of a row's terms of that kind. The elements of x lie `stride` apart.
template <class Matrix, std::size_t Row, terms Which, class Vector, std::size_t... Column>
PACELINE_KERNEL_BODY void sum_terms(Vector& sum, const Vector* x, std::size_t stride, std::index_sequence<Column...>) {
  constexpr auto first = first_of<Matrix>(Which, Row);
  constexpr auto by_first = static_cast<float>(number_in<Matrix>(Row, first));
  if constexpr (by_first == 1.0f)
    sum = x[first * stride];
  else if constexpr (by_first == -1.0f)
    sum = -x[first * stride];
  else
    sum = by_first * x[first * stride];
  const auto add = [&]<std::size_t C>(std::integral_constant<std::size_t, C>) __attribute__((always_inline)) {
    if constexpr (C != first && is_one_of<Matrix>(Which, Row, C)) {
      constexpr auto by = static_cast<float>(number_in<Matrix>(Row, C));
      if constexpr (by == 1.0f)
        sum += x[C * stride];
      else if constexpr (by == -1.0f)
        sum -= x[C * stride];
      else
        sum += by * x[C * stride];
    }
  };
  (add(std::integral_constant<std::size_t, Column>{}), ...);
}

/// y = M x from row `Row` on.
template <class Matrix, std::size_t Row, class Vector>
PACELINE_KERNEL_BODY void multiply_rows(const Vector* x, std::size_t x_stride, Vector* y, std::size_t y_stride) {
  if constexpr (Row < Matrix::rows) {
    constexpr auto columns = std::make_index_sequence<Matrix::columns>{};
    if constexpr (is_mirrored<Matrix>(Row)) {
      Vector shared;
      Vector opposite;
      sum_terms<Matrix, Row, terms::shared>(shared, x, x_stride, columns);
      sum_terms<Matrix, Row, terms::opposite>(opposite, x, x_stride, columns);
      y[Row * y_stride] = shared + opposite;
      y[(Row + 1) * y_stride] = shared - opposite;
      multiply_rows<Matrix, Row + 2>(x, x_stride, y, y_stride);
    } else {
      sum_terms<Matrix, Row, terms::all>(y[Row * y_stride], x, x_stride, columns);
      multiply_rows<Matrix, Row + 1>(x, x_stride, y, y_stride);
    }
  }
}

/// Sums and differences in place of the elements for mirrored columns, the rest as it is.
template <class Matrix, std::size_t Column, class Vector>
PACELINE_KERNEL_BODY void fold(const Vector* x, std::size_t stride, Vector* to) {
  if constexpr (Column < Matrix::columns) {
    if constexpr (is_mirrored<transposed<Matrix>>(Column)) {
      to[Column] = x[Column * stride] + x[(Column + 1) * stride];
      to[Column + 1] = x[Column * stride] - x[(Column + 1) * stride];
      fold<Matrix, Column + 2>(x, stride, to);
    } else {
      to[Column] = x[Column * stride];
      fold<Matrix, Column + 1>(x, stride, to);
    }
  }
}

/// y = M x for a matrix M. The elements of x and y lie so far apart.
template <class Matrix, class Vector>
PACELINE_KERNEL_BODY void multiply(const Vector* x, std::size_t x_stride, Vector* y, std::size_t y_stride) {
  static_assert(pairs_are_apart<Matrix>() && pairs_are_apart<transposed<Matrix>>());
  if constexpr (!has_mirrored_rows<Matrix>() && has_mirrored_rows<transposed<Matrix>>()) {
    Vector to[Matrix::columns];
    fold<Matrix, 0>(x, x_stride, to);
    multiply_rows<folded<Matrix>, 0>(to, 1, y, y_stride);
  } else {
    multiply_rows<Matrix, 0>(x, x_stride, y, y_stride);
  }
}

/// y = M x Mᵀ for a matrix M, with x by take(value, place) and y by give(value, place), places in row order.
template <class Matrix, class Vector, class Take, class Give>
PACELINE_KERNEL_BODY void transform(Take take, Give give) {
  constexpr auto from = Matrix::columns;
  constexpr auto to = Matrix::rows;
  Vector half[to * from];
  for (std::size_t column = 0; column < from; ++column) {
    Vector x[from];
    for (std::size_t row = 0; row < from; ++row)
      take(x[row], row * from + column);
    multiply<Matrix>(x, 1, half + column, from);
  }
  for (std::size_t row = 0; row < to; ++row) {
    Vector y[to];
    multiply<Matrix>(half + row * from, 1, y, 1);
    for (std::size_t column = 0; column < to; ++column)
      give(y[column], row * to + column);
  }
}

} // namespace paceline::cpu::winograd
