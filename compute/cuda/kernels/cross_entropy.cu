#include "compute/cuda/kernels/cross_entropy.hpp"

#include <cmath>

namespace paceline::cuda {

namespace kernels {

template <class T>
struct cross_entropy_of_row {
  std::int64_t rows;
  std::int64_t classes;
  const T* scores;
  const std::int32_t* labels;
  T* gradient;
  float* row_losses;

  PACELINE_ON_DEVICE void operator()(element row) const {
    const auto* mine = scores + row * classes;
    auto highest = to_float(mine[0]);
    for (std::int64_t c = 1; c < classes; ++c)
      highest = fmaxf(highest, to_float(mine[c]));
    float sum = 0;
    for (std::int64_t c = 0; c < classes; ++c)
      sum += expf(to_float(mine[c]) - highest);
    const auto label = labels[row];
    row_losses[row] = logf(sum) - (to_float(mine[label]) - highest);
    const auto share = 1 / static_cast<float>(rows);
    for (std::int64_t c = 0; c < classes; ++c) {
      const auto probability = expf(to_float(mine[c]) - highest) / sum;
      store(gradient[row * classes + c], (probability - (c == label ? 1.0f : 0.0f)) * share);
    }
  }
};

struct loss_of_row {
  const float* row_losses;
  PACELINE_ON_DEVICE std::array<float, 1> operator()(element row) const { return {row_losses[row]}; }
};

struct keep_mean {
  std::int64_t rows;
  double* loss;
  PACELINE_ON_DEVICE void operator()(const std::array<double, 1>& sums) const {
    *loss = sums[0] / static_cast<double>(rows);
  }
};

} // namespace kernels

void cross_entropy(stream& queue, value_type type, std::int64_t rows, std::int64_t classes, const void* scores,
                   const std::int32_t* labels, void* gradient, float* row_losses, reduction_scratch scratch,
                   double* loss) {
  with_type(type, [&](auto value) {
    using T = decltype(value);
    const kernels::cross_entropy_of_row<T> body{
      rows, classes, static_cast<const T*>(scores), labels, static_cast<T*>(gradient), row_losses};
    for_each(queue, rows, body);
  });
  sum_each<1>(queue, rows, scratch, kernels::loss_of_row{row_losses}, kernels::keep_mean{rows, loss});
}

} // namespace paceline::cuda
