#include "compute/cpu/graph_operations.hpp"

#include "compute/cpu/norm_kernels.hpp"
#include "compute/cpu/parts.hpp"

#include <algorithm>

namespace paceline::cpu {

namespace {

const norm_kernels& sum_kernels() {
  return supported_norm_kernels().back();
}

} // namespace

void fork_operation::backward(const backward_arguments&) {
  const auto batch = whole_.layout.batch;
  runs_on_.for_each(batch, [&](std::int64_t n) {
    const auto sum = part_of(whole_.gradient, n, batch);
    for (const auto* other : others_)
      sum_kernels().add(sum, part_of(other->gradient, n, batch), false, sum);
  });
}

void copy_operation::forward(const forward_arguments&) {
  std::copy(input_.values.begin(), input_.values.end(), output_.values.begin());
}

void copy_operation::backward(const backward_arguments&) {
  std::copy(output_.gradient.begin(), output_.gradient.end(), input_.gradient.begin());
}

void sum_operation::forward(const forward_arguments&) {
  const auto batch = output_.layout.batch;
  runs_on_.for_each(batch, [&](std::int64_t n) {
    sum_kernels().add(part_of(input_.values, n, batch), part_of(other_.values, n, batch), rectify_,
                      part_of(output_.values, n, batch));
  });
}

void sum_operation::backward(const backward_arguments&) {
  const auto batch = output_.layout.batch;
  runs_on_.for_each(batch, [&](std::int64_t n) {
    const auto gradient = part_of(output_.gradient, n, batch);
    if (rectify_)
      runs_on_.kernels().rectify_gradient(part_of(output_.values, n, batch), gradient);
    for (const auto* read : {&input_, &other_})
      if (!read->gradient.empty() && read->gradient.data() != output_.gradient.data())
        std::copy(gradient.begin(), gradient.end(), part_of(read->gradient, n, batch).begin());
  });
}

template <class Visit>
void shortcut_operation::for_each_passed(std::int64_t sample, Visit visit) const {
  const auto place = [&](const activation_layout& in, std::int64_t channel, std::int64_t pixel) {
    return ((sample * in.blocks() + channel / in.block) * in.pixels() + pixel) * in.block + channel % in.block;
  };
  const auto before = (to_.shape.channels - from_.shape.channels) / 2;
  std::int64_t run = 0;
  for (std::int64_t channel = 0; channel < from_.shape.channels; channel += run) {
    // As many channels as lie beside each other on both sides.
    run = std::min({from_.block - channel % from_.block, to_.block - (before + channel) % to_.block,
                    from_.shape.channels - channel});
    for (std::int64_t y = 0; y < to_.shape.height; ++y)
      for (std::int64_t x = 0; x < to_.shape.width; ++x)
        visit(place(from_, channel, y * stride_ * from_.shape.width + x * stride_),
              place(to_, before + channel, y * to_.shape.width + x), run);
  }
}

void shortcut_operation::forward(const forward_arguments&) {
  runs_on_.for_each(to_.batch, [&](std::int64_t n) {
    std::ranges::fill(part_of(output_.values, n, to_.batch), 0.0f);
    for_each_passed(n, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      std::copy_n(input_.values.data() + from, count, output_.values.data() + to);
    });
  });
}

void shortcut_operation::backward(const backward_arguments&) {
  runs_on_.for_each(to_.batch, [&](std::int64_t n) {
    std::ranges::fill(part_of(input_.gradient, n, to_.batch), 0.0f);
    for_each_passed(n, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      std::copy_n(output_.gradient.data() + to, count, input_.gradient.data() + from);
    });
  });
}

} // namespace paceline::cpu
