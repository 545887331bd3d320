#include "compute/cpu/norm_operation.hpp"

#include <algorithm>
#include <cmath>

namespace paceline::cpu {

norm_operation::norm_operation(executor& runs_on, const batch_norm_layer& what, const norm_slices& slices, bool rectify,
                               activation& input, activation* added, activation& output)
  : runs_on_(runs_on),
    kernels_(supported_norm_kernels().back()),
    what_(what),
    slices_(slices),
    rectify_(rectify),
    input_(input),
    added_(added),
    output_(output),
    layout_(input.layout.merged()) {
  const auto channels = static_cast<std::size_t>(layout_.blocks() * layout_.block);
  for (auto* numbers : {&sums_, &products_, &mean_, &variance_})
    numbers->resize(channels);
  for (auto* numbers : {&scale_, &shift_, &middle_, &by_gradient_, &by_x_, &constant_})
    numbers->resize(channels);
  for (auto* numbers : {&part_sums_, &part_products_})
    numbers->resize(channels * static_cast<std::size_t>(groups_of_samples()));
  scaling_ = {scale_.data(), shift_.data(), rectify_, added_ == nullptr ? nullptr : added_->values.data()};
  derivation_ = {output_.gradient.data(), scaling_, by_gradient_.data(), by_x_.data(), constant_.data()};
  derivation_.scaling.rectify = rectify_ && !finishes_gradient();
  if (output_.scaled_by_reader)
    output_.scaling = &scaling_;
  if (input_.derived_by_maker)
    input_.derivation = &derivation_;
}

// Of planes of equally many values, which lie behind each other block by block: the deviations within each of them and those of their
// means from the mean of all.
void norm_operation::combine_planes() {
  const auto block = static_cast<std::size_t>(layout_.block);
  const auto blocks = static_cast<std::size_t>(layout_.blocks());
  const auto samples = static_cast<std::size_t>(layout_.batch);
  const auto pixels = static_cast<double>(layout_.pixels());
  const auto moments_of = [&](std::size_t sample, std::size_t i) {
    return input_.plane_moments.subspan((sample * blocks + i) * 2 * block, 2 * block);
  };
  runs_on_.for_each(layout_.blocks(), [&](std::int64_t number) {
    const auto i = static_cast<std::size_t>(number);
    const auto means = std::span(mean_).subspan(i * block, block);
    const auto variances = std::span(variance_).subspan(i * block, block);
    std::ranges::fill(means, 0.0);
    std::ranges::fill(variances, 0.0);
    for (std::size_t sample = 0; sample < samples; ++sample) {
      const auto moments = moments_of(sample, i);
      for (std::size_t c = 0; c < block; ++c)
        means[c] += moments[c];
    }
    for (auto& mean : means)
      mean /= static_cast<double>(samples);
    for (std::size_t sample = 0; sample < samples; ++sample) {
      const auto moments = moments_of(sample, i);
      for (std::size_t c = 0; c < block; ++c) {
        const auto away = moments[c] - means[c];
        variances[c] += moments[block + c] + pixels * away * away;
      }
    }
    for (auto& variance : variances)
      variance /= static_cast<double>(samples) * pixels;
  });
}

void norm_operation::measure_batch() {
  if (!input_.plane_moments.empty())
    return combine_planes();
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
  if (output_.scaled_by_reader)
    return;
  runs_on_.for_each(layout_.batch * layout_.blocks(), [&](std::int64_t plane) {
    kernels_.scale(layout_, plane, input_.values.data(), scaling_, output_.values.data());
  });
}

// Some samples at a time, always the same ones together, so that the sums are the same for any number of threads.
void norm_operation::sum_gradient() {
  const auto block = static_cast<std::size_t>(layout_.block);
  const auto sample_size = layout_.blocks() * layout_.pixels() * layout_.block;
  const auto* put_out = rectify_ ? output_.values.data() : nullptr;
  const auto* more = output_.branch == nullptr ? nullptr : output_.branch->gradient.data();
  const auto behind = [](const float* values, std::int64_t offset) {
    return values == nullptr ? nullptr : values + offset;
  };
  runs_on_.for_each(groups_of_samples() * layout_.blocks(), [&](std::int64_t part) {
    const auto first_sample = part / layout_.blocks() * samples_at_once;
    auto some = layout_;
    some.batch = std::min(samples_at_once, layout_.batch - first_sample);
    const auto offset = first_sample * sample_size;
    const auto here = static_cast<std::size_t>(part) * block;
    const auto sums = std::span(part_sums_).subspan(here, block);
    const auto products = std::span(part_products_).subspan(here, block);
    const auto* x = input_.values.data() + offset;
    auto* gradient = output_.gradient.data() + offset;
    if (!finishes_gradient())
      kernels_.gradient_sums(some, part % layout_.blocks(), x, gradient, scaling_, middle_.data(), sums, products);
    else
      kernels_.finished_gradient_sums(some, part % layout_.blocks(), x, behind(put_out, offset), behind(more, offset),
                                      gradient, middle_.data(), sums, products);
  });
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    sums_[c] = products_[c] = 0;
    for (auto i = c; i < part_sums_.size(); i += sums_.size()) {
      sums_[c] += part_sums_[i];
      products_[c] += part_products_[i];
    }
  }
}

// With n values a channel, g the gradient of what was put out, x̂ = (x − mean) / s and s = √(variance + epsilon):
//   d weight = Σ g x̂,  d bias = Σ g,  dx = weight / s (g − d bias / n − x̂ d weight / n)
void norm_operation::backward(const backward_arguments& arguments) {
  const auto channels = slices_.weight.size;
  for (std::size_t c = 0; c < channels; ++c)
    middle_[c] = static_cast<float>(mean_[c]);
  sum_gradient();

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
  if (input_.gradient.empty() || input_.derived_by_maker)
    return;
  runs_on_.for_each(layout_.batch * layout_.blocks(), [&](std::int64_t plane) {
    kernels_.gradient(layout_, plane, input_.values.data(), derivation_, input_.gradient.data());
  });
}

std::size_t norm_operation::memory_bytes() const {
  return scale_.size() * (4 * sizeof(double) + 6 * sizeof(float)) + 2 * part_sums_.size() * sizeof(double);
}

} // namespace paceline::cpu
