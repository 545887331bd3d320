#include "compute/objectives/matrix_completion.hpp"

#include "compute/errors.hpp"
#include "compute/objectives/normal_random.hpp"
#include "compute/objectives/row_products.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <utility>

namespace paceline {

namespace {

const matrix_completion_settings& checked(const matrix_completion_settings& settings) {
  if (settings.size < 1 || settings.rank < 1)
    throw invalid_input("matrix completion: found size " + std::to_string(settings.size) + " and rank "
                        + std::to_string(settings.rank) + ", allowed: at least 1 each");
  return settings;
}

void fill_normal(std::span<float> values, std::uint64_t seed) {
  counter_random random(seed);
  for (auto& value : values)
    value = static_cast<float>(standard_normal(random));
}

constexpr auto tile = row_products::rows;
static_assert(tile == row_products::columns);
using tile_sums = std::array<double, row_products::rows * row_products::columns>;

std::size_t in_whole_tiles(std::size_t count) {
  return (count + tile - 1) / tile * tile;
}

/// A d x r matrix in double precision, laid out for products; what is added to fill whole tiles is 0.
struct tiled_matrix {
  tiled_matrix(std::span<const float> matrix, std::size_t size, std::size_t rank, bool with_columns)
    : rows(in_whole_tiles(size) * rank),
      row_panels(rows.size()),
      column_panels(with_columns ? size * in_whole_tiles(rank) : 0) {
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t k = 0; k < rank; ++k) {
        const double value = matrix[i * rank + k];
        rows[i * rank + k] = value;
        row_panels[(i / tile * rank + k) * tile + i % tile] = value;
        if (with_columns)
          column_panels[(k / tile * size + i) * tile + k % tile] = value;
      }
  }

  /// One after the other, as the right matrix's in memory.
  std::vector<double> rows;
  /// Eight rows each, side by side: the right matrix of X Xᵀ.
  std::vector<double> row_panels;
  /// Eight columns each, side by side: the right matrix of D X.
  std::vector<double> column_panels;
};

/// Calls use(column, row, sum) with what eight rows of X Xᵀ from `first` on hold, as far as they are rows and columns of it.
template <class Use>
void for_product_rows(const row_products& kernel, const tiled_matrix& x, std::size_t size, std::size_t rank,
                      std::size_t first, Use use) {
  tile_sums sums;
  const auto rows = std::min(tile, size - first);
  for (std::size_t column = 0; column < size; column += tile) {
    kernel.multiply(x.rows.data() + first * rank, rank, x.row_panels.data() + column * rank, rank, sums.data());
    const auto columns = std::min(tile, size - column);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j)
        use(i, column + j, sums[i * tile + j]);
  }
}

} // namespace

matrix_completion::matrix_completion(const matrix_completion_settings& settings)
  : landscape(layout_of("X", {checked(settings).size, settings.rank})),
    size_(static_cast<std::size_t>(settings.size)),
    rank_(static_cast<std::size_t>(settings.rank)) {
  std::vector<float> solution(size_ * rank_);
  // Another stream than a start of the same seed.
  constexpr std::uint64_t of_solution = 1;
  fill_normal(solution, derive_seed(settings.seed, of_solution));
  const tiled_matrix x(solution, size_, rank_, false);
  auto target = std::make_shared<std::vector<double>>(size_ * size_);
  for (std::size_t first = 0; first < size_; first += tile)
    for_product_rows(supported_row_products().back(), x, size_, rank_, first,
                     [&](std::size_t i, std::size_t j, double sum) { (*target)[(first + i) * size_ + j] = sum; });
  target_ = std::move(target);
}

void matrix_completion::initialise(std::span<float> parameters, std::uint64_t seed) const {
  fill_normal(parameters, seed);
}

double matrix_completion::evaluate(std::span<const float> point, std::span<float> gradient) const {
  assert(point.size() == size_ * rank_);
  const auto& kernel = supported_row_products().back();
  const tiled_matrix x(point, size_, rank_, !gradient.empty());
  // Eight rows of D = X Xᵀ − M; those that are none stay 0.
  std::vector<double> difference(tile * size_);
  tile_sums sums;
  // By column within a tile: one sum alone would wait for itself.
  std::array<double, tile> squares{};
  for (std::size_t first = 0; first < size_; first += tile) {
    const auto* target = target_->data() + first * size_;
    for_product_rows(kernel, x, size_, rank_, first, [&](std::size_t i, std::size_t j, double sum) {
      const auto value = sum - target[i * size_ + j];
      difference[i * size_ + j] = value;
      squares[j % tile] += value * value;
    });
    const auto rows = std::min(tile, size_ - first);
    for (std::size_t column = 0; column < rank_ && !gradient.empty(); column += tile) {
      kernel.multiply(difference.data(), size_, x.column_panels.data() + column * size_, size_, sums.data());
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < std::min(tile, rank_ - column); ++k)
          gradient[(first + i) * rank_ + column + k] = static_cast<float>(sums[i * tile + k]);
    }
  }
  return std::accumulate(squares.begin(), squares.end(), 0.0) / 4;
}

} // namespace paceline
