#include "compute/cpu/norm_operation.hpp"

#include <cmath>

namespace paceline::cpu {

norm_operation::norm_operation(executor& runs_on, const batch_norm_layer& what, const norm_slices& slices, bool rectify,
                               activation& input, activation& output)
  : runs_on_(runs_on),
    kernels_(supported_norm_kernels().back()),
    what_(what),
    slices_(slices),
    rectify_(rectify),
    input_(input),
    output_(output),
    layout_(input.layout.merged()) {
  const auto channels = static_cast<std::size_t>(layout_.blocks() * layout_.block);
  for (auto* numbers : {&sums_, &products_, &mean_, &variance_})
    numbers->resize(channels);
  for (auto* numbers : {&scale_, &shift_, &middle_, &by_gradient_, &by_x_, &constant_})
    numbers->resize(channels);
}

void norm_operation::measure_batch() {
  const auto block = static_cast<std::size_t>(layout_.block);
  runs_on_.for_each(layout_.blocks(), [&](std::int64_t i) {
    const auto first = static_cast<std::size_t>(i) * block;
    kernels_.moments(layout_, i, input_.values.data(), std::span(mean_).subspan(first, block),
                     std::span(variance_).subspan(first, block));
  });
  // Rounding may leave less than nothing of a channel that is constant.
  for (auto& variance : variance_)
    variance = variance < 0 ? 0 : variance; // keeps NaN
}

void norm_operation::forward(const forward_arguments& arguments) {
  if (arguments.training)
    measure_batch();
  for (std::size_t c = 0; c < slices_.weight.size; ++c) {
    const double mean = arguments.training ? mean_[c] : arguments.parameters[slices_.running_mean.offset + c];
    const double variance = arguments.training ? variance_[c] : arguments.parameters[slices_.running_var.offset + c];
    const auto scale = arguments.parameters[slices_.weight.offset + c] / std::sqrt(variance + what_.epsilon);
    scale_[c] = static_cast<float>(scale);
    shift_[c] = static_cast<float>(arguments.parameters[slices_.bias.offset + c] - mean * scale);
  }
  runs_on_.for_each(layout_.batch * layout_.blocks(), [&](std::int64_t plane) {
    kernels_.scale(layout_, plane, input_.values.data(), scaling(), output_.values.data());
  });
}

// With n values a channel, g the gradient of what was put out, x̂ = (x − mean) / s and s = √(variance + epsilon):
//   d weight = Σ g x̂,  d bias = Σ g,  dx = weight / s (g − d bias / n − x̂ d weight / n)
void norm_operation::backward(const backward_arguments& arguments) {
  const auto channels = slices_.weight.size;
  for (std::size_t c = 0; c < channels; ++c)
    middle_[c] = static_cast<float>(mean_[c]);
  const auto block = static_cast<std::size_t>(layout_.block);
  runs_on_.for_each(layout_.blocks(), [&](std::int64_t i) {
    const auto first = static_cast<std::size_t>(i) * block;
    kernels_.gradient_sums(layout_, i, input_.values.data(), output_.gradient.data(), scaling(), middle_.data(),
                           std::span(sums_).subspan(first, block), std::span(products_).subspan(first, block));
  });

  const auto count = static_cast<double>(layout_.batch * layout_.pixels());
  const auto unbiased = count > 1 ? count / (count - 1) : 1;
  const auto moved = [&](const parameter_slice& running, std::size_t c, double toward) {
    const double before = arguments.parameters[running.offset + c];
    arguments.gradient[running.offset + c] = static_cast<float>(before + what_.momentum * (toward - before));
  };
  for (std::size_t c = 0; c < channels; ++c) {
    const auto inverse = 1 / std::sqrt(variance_[c] + what_.epsilon);
    const auto scale = arguments.parameters[slices_.weight.offset + c] * inverse;
    // The kernel took the mean as a float.
    const auto by_weight = (products_[c] + (middle_[c] - mean_[c]) * sums_[c]) * inverse;
    const auto by_x = -scale * by_weight * inverse / count;
    arguments.gradient[slices_.weight.offset + c] = static_cast<float>(by_weight);
    arguments.gradient[slices_.bias.offset + c] = static_cast<float>(sums_[c]);
    by_gradient_[c] = static_cast<float>(scale);
    by_x_[c] = static_cast<float>(by_x);
    constant_[c] = static_cast<float>(-scale * sums_[c] / count - by_x * mean_[c]);
    moved(slices_.running_mean, c, mean_[c]);
    moved(slices_.running_var, c, variance_[c] * unbiased);
  }
  if (input_.gradient.empty())
    return;
  runs_on_.for_each(layout_.batch * layout_.blocks(), [&](std::int64_t plane) {
    kernels_.gradient(layout_, plane, input_.values.data(), output_.gradient.data(), scaling(), by_gradient_.data(),
                      by_x_.data(), constant_.data(), input_.gradient.data());
  });
}

std::size_t norm_operation::memory_bytes() const {
  return scale_.size() * (4 * sizeof(double) + 6 * sizeof(float));
}

} // namespace paceline::cpu
