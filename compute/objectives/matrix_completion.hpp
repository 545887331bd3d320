#pragma once

#include "compute/objectives/landscape.hpp"

#include <cstddef>
#include <memory>

namespace paceline {

struct matrix_completion_settings {
  /// d and r: X is d x r.
  std::int64_t size = 1000;
  std::int64_t rank = 10;
  /// Of the matrix to be found.
  std::uint64_t seed = 0;
};

/// f(X) = ¼ ‖X Xᵀ − M‖²_F, M = X* X*ᵀ, with X* of N(0, 1): minima of 0 at X* and all that turns it, saddles between (the paper's matrix
/// completion). An evaluation takes 2 d² r multiply-adds.
class matrix_completion final : public landscape {
 public:
  /// Throws invalid_input where size or rank is below 1.
  explicit matrix_completion(const matrix_completion_settings& settings);

  /// N(0, 1) in each element.
  void initialise(std::span<float> parameters, std::uint64_t seed) const override;
  double evaluate(std::span<const float> point, std::span<float> gradient) const override;

 private:
  std::size_t size_;
  std::size_t rank_;
  /// M, row by row; one for all copies.
  std::shared_ptr<const std::vector<double>> target_;
};

} // namespace paceline
