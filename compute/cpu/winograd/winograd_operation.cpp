#include "compute/cpu/winograd/winograd_operation.hpp"

#include "compute/cpu/gradient_sums.hpp"
#include "compute/cpu/winograd/matrices.hpp"
#include "compute/instruction_sets.hpp"

#include <algorithm>

namespace paceline::cpu::winograd {

namespace {

/// Rows of the matrix products that keep the processor busy, while what they read and write stays in its cache.
constexpr std::int64_t tiles_at_once = 64;

/// Most channels read times channels made of a 3x3 convolution: beyond it oneDNN's own minimal filtering is as fast.
constexpr std::int64_t most_small_filters = 128 * 128;

left_matrix by_rows(const row_matrix<float>& m) {
  return {m.data, m.stride, 1};
}

/// The transpose.
left_matrix by_columns(const row_matrix<float>& m) {
  return {m.data, 1, m.stride};
}

row_matrix<const float> to_read(const row_matrix<float>& m) {
  return {m.data, m.stride};
}

} // namespace

bool is_suitable(const layer& l, const convolution_layer& c) {
  const auto side = static_cast<std::int64_t>(outputs);
  if (c.stride != 1 || std::min(l.output.height, l.output.width) < side || l.input.channels < block_of_channels())
    return false;
  return c.kernel == 5 || (c.kernel == 3 && l.input.channels * l.output.channels <= most_small_filters);
}

std::int64_t block_of_channels() {
  return processor_has_avx512() ? 16 : 8;
}

winograd_operation::matrices::matrices(std::int64_t places, std::int64_t rows, std::int64_t columns)
  : columns(columns), stride(rows * columns + 16), memory(static_cast<std::size_t>(places * stride)) {}

winograd_operation::winograd_operation(executor& runs_on, const convolution_layer& what, const parameter_slice& weight,
                                       const parameter_slice* bias, const activation& input, activation& output)
  : runs_on_(runs_on),
    filter_(what.kernel),
    transforms_(supported_transforms(filter_).back()),
    products_(supported_products().back()),
    geometry_{input.layout, output.layout, what.padding},
    weight_(weight),
    bias_(bias == nullptr ? std::nullopt : std::optional(*bias)),
    input_(input),
    output_(output),
    from_(input.layout.blocks() * input.layout.block),
    to_(output.layout.blocks() * output.layout.block),
    pictures_at_once_(std::clamp<std::int64_t>(tiles_at_once / geometry_.tiles(), 1, geometry_.input.batch)),
    taps_(static_cast<std::size_t>(filter_ * filter_ * from_ * to_)),
    bias_values_(static_cast<std::size_t>(to_)),
    filters_(places_of(filter_), from_, to_),
    tiles_in_(places_of(filter_), tiles_of(pictures_at_once_), from_),
    tiles_out_(places_of(filter_), tiles_of(pictures_at_once_), to_) {
  if (!output.gradient.empty())
    filter_gradient_.emplace(places_of(filter_), from_, to_);
  if (!input.gradient.empty())
    turned_filters_.emplace(places_of(filter_), to_, from_);
}

template <class Work>
void winograd_operation::for_each_chunk(Work work) {
  const auto batch = geometry_.input.batch;
  for (std::int64_t first = 0; first < batch; first += pictures_at_once_)
    work(first, std::min(pictures_at_once_, batch - first));
}

template <class Work>
void winograd_operation::for_each_plane(const activation_layout& layout, const matrices& in, std::int64_t first,
                                        std::int64_t count, Work work) {
  runs_on_.for_each(count * layout.blocks(), [&](std::int64_t i) {
    const auto picture = i / layout.blocks();
    const auto block = i % layout.blocks();
    work((first + picture) * layout.blocks() + block, tile_rows{in, tiles_of(picture), block * layout.block});
  });
}

template <class Work>
void winograd_operation::for_each_place(Work work) {
  runs_on_.for_each(places_of(filter_), work);
}

void winograd_operation::transform_filters(std::span<const float> parameters, const matrices& to, bool rows_are_read) {
  const float* weights = parameters.data() + weight_.offset;
  const auto taps = filter_ * filter_;
  const auto made = weight_.shape[0];
  const auto read = weight_.shape[1];
  const auto rows = rows_are_read ? read : made;
  const auto columns = rows_are_read ? made : read;
  // From made x read x taps.
  const auto row_stride = rows_are_read ? taps : read * taps;
  const auto column_stride = rows_are_read ? read * taps : taps;
  const auto tap_stride = from_ * to_;
  runs_on_.for_each(rows, [&](std::int64_t row) {
    float* first_tap = taps_.data() + row * to.columns;
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t column = 0; column < columns; ++column)
        first_tap[tap * tap_stride + column] = weights[row * row_stride + column * column_stride + tap];
    // What a filter of more columns left there.
    for (std::int64_t tap = 0; tap < taps; ++tap)
      std::fill(first_tap + tap * tap_stride + columns, first_tap + tap * tap_stride + to.columns, 0.0f);
    transforms_.filter(first_tap, tap_stride, row, to);
  });
}

void winograd_operation::write_filter_gradient(std::span<float> gradient) {
  float* weights = gradient.data() + weight_.offset;
  const auto taps = filter_ * filter_;
  const auto made = weight_.shape[0];
  const auto read = weight_.shape[1];
  const auto tap_stride = from_ * to_;
  runs_on_.for_each(read, [&](std::int64_t i) {
    float* first_tap = taps_.data() + i * to_;
    transforms_.filter_adjoint(*filter_gradient_, i, first_tap, tap_stride);
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t o = 0; o < made; ++o)
        weights[(o * read + i) * taps + tap] = first_tap[tap * tap_stride + o];
  });
}

void winograd_operation::transform_input(std::int64_t first, std::int64_t count) {
  const auto plane_size = geometry_.input.pixels() * geometry_.input.block;
  for_each_plane(geometry_.input, tiles_in_, first, count, [&](std::int64_t plane, const tile_rows& rows) {
    transforms_.input(geometry_, input_.values.data() + plane * plane_size, rows);
  });
}

void winograd_operation::forward(const forward_arguments& arguments) {
  transform_filters(arguments.parameters, filters_, true);
  if (bias_)
    std::copy_n(arguments.parameters.data() + bias_->offset, bias_->size, bias_values_.data());
  const auto plane_size = geometry_.output.pixels() * geometry_.output.block;
  for_each_chunk([&](std::int64_t first, std::int64_t count) {
    transform_input(first, count);
    for_each_place([&](std::int64_t place) {
      products_.multiply(by_rows(tiles_in_.at(place)), to_read(filters_.at(place)), tiles_out_.at(place),
                         {tiles_of(count), to_, from_}, false);
    });
    for_each_plane(geometry_.output, tiles_out_, first, count, [&](std::int64_t plane, const tile_rows& rows) {
      transforms_.output(geometry_, rows, bias_values_.data() + rows.first_column, output_.rectified,
                         output_.values.data() + plane * plane_size);
    });
  });
}

void winograd_operation::backward(const backward_arguments& arguments) {
  finish_and_take_bias_gradient(runs_on_, geometry_.output, output_, bias_, arguments.gradient);

  if (turned_filters_)
    transform_filters(arguments.parameters, *turned_filters_, false);
  const auto output_size = geometry_.output.pixels() * geometry_.output.block;
  const auto input_size = geometry_.input.pixels() * geometry_.input.block;
  for_each_chunk([&](std::int64_t first, std::int64_t count) {
    transform_input(first, count);
    for_each_plane(geometry_.output, tiles_out_, first, count, [&](std::int64_t plane, const tile_rows& rows) {
      transforms_.output_adjoint(geometry_, output_.gradient.data() + plane * output_size, rows);
    });
    for_each_place([&](std::int64_t place) {
      const auto input = tiles_in_.at(place);
      const auto gradient = tiles_out_.at(place);
      products_.multiply(by_columns(input), to_read(gradient), filter_gradient_->at(place),
                         {from_, to_, tiles_of(count)}, first > 0);
      // The input's transform has done its work: its gradient takes its place.
      if (turned_filters_)
        products_.multiply(by_rows(gradient), to_read(turned_filters_->at(place)), input, {tiles_of(count), from_, to_},
                           false);
    });
    if (turned_filters_)
      for_each_plane(geometry_.input, tiles_in_, first, count, [&](std::int64_t plane, const tile_rows& rows) {
        transforms_.input_adjoint(geometry_, rows, input_.gradient.data() + plane * input_size);
      });
  });
  write_filter_gradient(arguments.gradient);
}

std::size_t winograd_operation::memory_bytes() const {
  auto bytes = taps_.size_bytes() + bias_values_.size_bytes() + filters_.memory.size_bytes()
               + tiles_in_.memory.size_bytes() + tiles_out_.memory.size_bytes();
  for (const auto* optional : {&turned_filters_, &filter_gradient_})
    if (*optional)
      bytes += (*optional)->memory.size_bytes();
  return bytes;
}

} // namespace paceline::cpu::winograd
