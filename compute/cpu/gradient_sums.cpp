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

void finish_and_take_bias_gradient(const executor& runs_on, const activation_layout& layout, activation& output,
                                   const std::optional<parameter_slice>& bias, std::span<float> parameter_gradient) {
  if (!output.finished_by_reader && (bias || output.rectified))
    finish_gradient(runs_on, layout, output.rectified ? output.values.data() : nullptr, output.gradient.data(),
                    output.gradient_sums);
  for (std::size_t i = 0; bias && i < bias->size; ++i)
    parameter_gradient[bias->offset + i] = static_cast<float>(output.gradient_sums[i]);
}

} // namespace paceline::cpu
