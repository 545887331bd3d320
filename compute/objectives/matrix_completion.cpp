#include "compute/objectives/matrix_completion.hpp"

#include "compute/errors.hpp"
#include "compute/objectives/normal_random.hpp"

#include <algorithm>
#include <cassert>
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

/// Of a d x r matrix row by row, its columns one after the other, in double precision: sums over rows run over neighbours then.
std::vector<double> transposed(std::span<const float> matrix, std::size_t size, std::size_t rank) {
  std::vector<double> columns(matrix.size());
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t k = 0; k < rank; ++k)
      columns[k * size + i] = matrix[i * rank + k];
  return columns;
}

/// row ← row i of X Xᵀ, plus what is there.
void add_product_row(const std::vector<double>& columns, std::size_t rank, std::size_t i, std::span<double> row) {
  const auto size = row.size();
  for (std::size_t k = 0; k < rank; ++k) {
    const auto* column = columns.data() + k * size;
    const auto factor = column[i];
    for (std::size_t j = 0; j < size; ++j)
      row[j] += factor * column[j];
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
  const auto columns = transposed(solution, size_, rank_);
  auto target = std::make_shared<std::vector<double>>(size_ * size_);
  for (std::size_t i = 0; i < size_; ++i)
    add_product_row(columns, rank_, i, std::span(*target).subspan(i * size_, size_));
  target_ = std::move(target);
}

void matrix_completion::initialise(std::span<float> parameters, std::uint64_t seed) const {
  fill_normal(parameters, seed);
}

double matrix_completion::evaluate(std::span<const float> point, std::span<float> gradient) const {
  assert(point.size() == size_ * rank_);
  const auto columns = transposed(point, size_, rank_);
  std::vector<double> slopes(gradient.empty() ? 0 : point.size());
  std::vector<double> difference(size_);
  double squares = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const auto target = std::span(*target_).subspan(i * size_, size_);
    std::transform(target.begin(), target.end(), difference.begin(), [](double value) { return -value; });
    add_product_row(columns, rank_, i, difference);
    for (const auto value : difference)
      squares += value * value;
    // (X Xᵀ − M) X, of which the first factor is symmetric.
    for (std::size_t k = 0; k < rank_ && !slopes.empty(); ++k) {
      const auto factor = columns[k * size_ + i];
      auto* slope = slopes.data() + k * size_;
      for (std::size_t j = 0; j < size_; ++j)
        slope[j] += factor * difference[j];
    }
  }
  if (!gradient.empty())
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t k = 0; k < rank_; ++k)
        gradient[i * rank_ + k] = static_cast<float>(slopes[k * size_ + i]);
  return squares / 4;
}

} // namespace paceline
