#include "compute/cuda/kernels/sgd_step.hpp"

#include <cmath>

namespace paceline::cuda {

namespace kernels {

PACELINE_ON_DEVICE inline bool is_finite(double value) {
  // NaN and infinity alone are not equal to themselves less themselves.
  return value - value == 0;
}

/// One pull of one element: its squared distance, and the element after it.
PACELINE_ON_DEVICE inline double pull_one(float& x, float target, float strength) {
  const auto away = x - target;
  // The two ends are exact: x − 1 (x − t) would round, and 0 times an overflowed difference is NaN.
  if (strength == 1)
    x = target;
  else if (strength != 0)
    x -= strength * away;
  return static_cast<double>(away) * static_cast<double>(away);
}

struct step_one {
  step_vectors at;
  float momentum;
  float weight_decay;
  bool nesterov;
  const step_arguments* arguments;
  const double* loss;

  PACELINE_ON_DEVICE std::array<double, 3> operator()(element i) const {
    if (!is_finite(*loss))
      return {0, 0, 0};
    auto x = at.x[i];
    if (i >= at.trained) {
      x = at.gradient[i];
    } else {
      auto d = at.gradient[i] + weight_decay * x;
      if (at.velocity) {
        const auto v = momentum * at.velocity[i] + d;
        at.velocity[i] = v;
        d = nesterov ? d + momentum * v : v;
      }
      x -= arguments->learning_rate * d;
    }
    double squares[2] = {0, 0};
    for (int k = 0; k < 2; ++k)
      if (arguments->targets[k])
        squares[k] = pull_one(x, arguments->targets[k][i], arguments->strengths[k]);
    at.x[i] = x;
    return {squares[0], squares[1], is_finite(x) ? 0.0 : 1.0};
  }
};

struct pull_alone {
  float* x;
  const step_arguments* arguments;
  PACELINE_ON_DEVICE std::array<double, 3> operator()(element i) const {
    const auto square = pull_one(x[i], arguments->targets[0][i], arguments->strengths[0]);
    return {square, 0, is_finite(x[i]) ? 0.0 : 1.0};
  }
};

struct keep_outcome {
  /// nullptr where no loss belongs to it.
  const double* loss;
  step_outcome* outcome;
  PACELINE_ON_DEVICE void operator()(const std::array<double, 3>& sums) const {
    *outcome = {loss ? *loss : 0, {sums[0], sums[1]}, sums[2]};
  }
};

} // namespace kernels

void sgd_step(stream& queue, const step_vectors& vectors, const sgd_settings& settings, const step_arguments* arguments,
              const double* loss, reduction_scratch scratch, step_outcome* outcome) {
  const kernels::step_one body{vectors,
                               static_cast<float>(settings.momentum),
                               static_cast<float>(settings.weight_decay),
                               settings.nesterov,
                               arguments,
                               loss};
  sum_each<3>(queue, vectors.count, scratch, body, kernels::keep_outcome{loss, outcome});
}

void pull(stream& queue, std::int64_t count, float* x, const step_arguments* arguments, reduction_scratch scratch,
          step_outcome* outcome) {
  sum_each<3>(queue, count, scratch, kernels::pull_alone{x, arguments}, kernels::keep_outcome{nullptr, outcome});
}

} // namespace paceline::cuda
