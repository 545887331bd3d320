#include "compute/cpu/direct/few_channels_part.hpp"

#include <algorithm>

namespace paceline::cpu::direct {

namespace {

constexpr std::int64_t most_channels = 4;

/// Floats of a cache line.
constexpr std::int64_t alignment = 16;

std::int64_t aligned(std::int64_t size) {
  return (size + alignment - 1) / alignment * alignment;
}

} // namespace

bool is_suitable(const convolution_task& task) {
  return task.l.input.channels <= most_channels && !task.passes.backward_data && task.batch >= task.threads;
}

few_channels_part::few_channels_part(executor& runs_on, const layer& l, const convolution_layer& what,
                                     const pass_set& passes, const parameter_slice& weight, const parameter_slice* bias,
                                     const activation& input, const activation& output)
  : runs_on_(runs_on),
    passes_(passes),
    padding_(what.padding),
    shape_{.channels = l.input.channels,
           .kernel = what.kernel,
           .stride = what.stride,
           .height = l.input.height + 2 * what.padding,
           .width = l.input.width + 2 * what.padding,
           .made = {output.layout.batch, l.output, output.layout.block}},
    kernels_(supported_few_channels_kernels().back()),
    weight_(weight),
    bias_(bias == nullptr ? std::nullopt : std::optional(*bias)),
    input_(input),
    output_(output),
    winners_(output.layout.shape == l.output ? 0 : output.values.size()),
    filters_size_(aligned((shape_.taps() + 1) * shape_.columns())),
    picture_size_(aligned(shape_.picture_size())),
    quads_size_(is_pooled() && passes.backward_weights ? aligned(quads_size(shape_)) : 0),
    rows_size_(is_pooled() ? 2 * l.output.width * shape_.columns() : 0),
    desk_size_(picture_size_ + quads_size_ + rows_size_ + filters_size_) {
  runs_on_.reserve(static_cast<std::size_t>(filters_size_ + runs_on_.threads() * desk_size_));
}

few_channels_part::desk few_channels_part::desk_of(std::int64_t thread) const {
  float* const picture = runs_on_.room() + filters_size_ + thread * desk_size_;
  float* const quads = picture + picture_size_;
  float* const rows = quads + quads_size_;
  return {picture, quads, rows, rows + rows_size_};
}

template <class Work>
void few_channels_part::for_each_picture(Work work) {
  const std::int64_t threads = runs_on_.threads();
  runs_on_.for_each(threads, [&](std::int64_t thread) {
    const auto own = desk_of(thread);
    for (auto picture = thread; picture < input_.layout.batch; picture += threads)
      work(own, picture);
  });
}

void few_channels_part::pad(std::int64_t picture, float* to) const {
  const auto& from = input_.layout.shape;
  const float* values = input_.values.data() + picture * from.size();
  std::fill_n(to, shape_.picture_size(), 0.0f);
  for (std::int64_t channel = 0; channel < from.channels; ++channel)
    for (std::int64_t row = 0; row < from.height; ++row, values += from.width)
      std::copy_n(values, from.width, to + (channel * shape_.height + row + padding_) * shape_.width + padding_);
}

void few_channels_part::pool_rows(const float* rows, std::int64_t picture, std::int64_t row) {
  const auto block = shape_.made.block;
  const auto width = shape_.made.shape.width;
  const pool_geometry two_rows{
    .from = {1, {block, 2, width}, block}, .to = {1, {block, 1, width / 2}, block}, .kernel = 2, .stride = 2};
  for (std::int64_t plane = 0; plane < shape_.made.blocks(); ++plane) {
    const auto to = (picture * shape_.made.blocks() + plane) * output_plane() + row * (width / 2) * block;
    runs_on_.kernels().pool_forward(two_rows, 0, rows + plane * 2 * width * block, output_.values.data() + to,
                                    winners_.data() + to);
  }
}

void few_channels_part::forward(const forward_arguments& arguments) {
  if (!passes_.forward)
    return;
  const auto taps = shape_.taps();
  const auto columns = shape_.columns();
  float* const filters = runs_on_.room();
  float* const bias = filters + taps * columns;
  std::fill_n(filters, filters_size_, 0.0f);
  const auto made = shape_.made.shape.channels;
  for (std::int64_t o = 0; o < made; ++o)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      filters[tap * columns + o] = arguments.parameters[weight_.offset + static_cast<std::size_t>(o * taps + tap)];
  if (bias_)
    std::copy_n(arguments.parameters.data() + bias_->offset, bias_->size, bias);
  const auto& map = shape_.made.shape;
  const auto block = shape_.made.block;
  for_each_picture([&](const desk& own, std::int64_t picture) {
    pad(picture, own.picture);
    if (is_pooled()) {
      for (std::int64_t row = 0; row < map.height / 2; ++row) {
        kernels_.forward(shape_, own.picture, filters, bias, output_.rectified, 2 * row, 2,
                         {own.rows, 2 * map.width * block});
        pool_rows(own.rows, picture, row);
      }
    } else {
      kernels_.forward(shape_, own.picture, filters, bias, output_.rectified, 0, map.height,
                       {output_.values.data() + picture * shape_.made.blocks() * output_plane(), output_plane()});
    }
  });
}

void few_channels_part::backward(const backward_arguments& arguments) {
  if (!passes_.backward_weights)
    return;
  const auto taps = shape_.taps();
  const auto columns = shape_.columns();
  const std::int64_t threads = runs_on_.threads();
  for (std::int64_t thread = 0; thread < threads; ++thread)
    std::fill_n(desk_of(thread).sums, filters_size_, 0.0f);
  for_each_picture([&](const desk& own, std::int64_t picture) {
    pad(picture, own.picture);
    const auto first = picture * shape_.made.blocks() * output_plane();
    const planes<const float> gradient{output_.gradient.data() + first, output_plane()};
    if (is_pooled()) {
      fill_quads(shape_, own.picture, own.quads);
      kernels_.add_pooled_gradient(shape_, own.quads, gradient, winners_.data() + first, own.sums);
    } else {
      kernels_.add_gradient(shape_, own.picture, gradient, own.sums);
    }
  });
  for (std::int64_t o = 0; o < shape_.made.shape.channels; ++o)
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      float sum = 0;
      for (std::int64_t thread = 0; thread < threads; ++thread)
        sum += desk_of(thread).sums[tap * columns + o];
      arguments.gradient[weight_.offset + static_cast<std::size_t>(o * taps + tap)] = sum;
    }
}

} // namespace paceline::cpu::direct
