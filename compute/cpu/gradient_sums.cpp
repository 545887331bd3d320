#include "compute/cpu/gradient_sums.hpp"

namespace paceline::cpu {

void finish_gradient(const executor& runs_on, activation_layout layout, const float* values, float* gradient,
                     std::vector<double>& sums) {
  layout = layout.merged();
  const auto block = static_cast<std::size_t>(layout.block);
  sums.resize(static_cast<std::size_t>(layout.blocks()) * block);
  runs_on.for_each(layout.blocks(), [&](std::int64_t i) {
    runs_on.kernels().finish_gradient(layout, i, values, gradient,
                                      std::span(sums).subspan(static_cast<std::size_t>(i) * block, block));
  });
}

} // namespace paceline::cpu
