#include "compute/cpu/winograd/winograd_part.hpp"

#include "compute/cpu/winograd/matrices.hpp"
#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <array>

namespace paceline::cpu::winograd {

namespace {

/// Rows of the matrix products that keep the processor busy, while what they read and write stays in its cache. Large filters, which do not
/// stay there, are to be read as seldom as possible.
std::int64_t tiles_at_once(std::int64_t from, std::int64_t to) {
  return std::clamp<std::int64_t>(from * to / 256, 64, 512);
}

blocked_matrix<const float> to_read(const blocked_matrix<float>& m) {
  return {m.data, m.stride};
}

} // namespace

bool is_suitable(const layer& l, const convolution_layer& c) {
  if (c.stride != 1 || (c.kernel != 3 && c.kernel != 5))
    return false;
  if (tile_of(l, c).outputs == 2)
    return l.input.height == 2 && l.input.width == 2 && c.kernel == 3 && c.padding == 1;
  return std::min(l.output.height, l.output.width) >= 3;
}

tile_size tile_of(const layer& l, const convolution_layer& c) {
  return {std::max(l.output.height, l.output.width) <= 2 ? 2 : 4, c.kernel};
}

std::int64_t block_of_channels() {
  return processor_has_avx512() ? 16 : 8;
}

winograd_part::winograd_part(executor& runs_on, const layer& l, const convolution_layer& what, const pass_set& passes,
                             const parameter_slice& weight, const parameter_slice* bias, const activation& input,
                             const activation& output)
  : runs_on_(runs_on),
    passes_(passes),
    geometry_{input.layout, {output.layout.batch, l.output, output.layout.block}, what.padding, tile_of(l, what)},
    transforms_(supported_transforms(geometry_.tile).back()),
    products_(supported_products(input.layout.block).back()),
    weight_(weight),
    bias_(bias == nullptr ? std::nullopt : std::optional(*bias)),
    input_(input),
    output_(output),
    read_(l.input.channels),
    made_(l.output.channels),
    from_(input.layout.blocks() * input.layout.block),
    to_(output.layout.blocks() * output.layout.block),
    pictures_at_once_(
      std::clamp<std::int64_t>(tiles_at_once(from_, to_) / geometry_.tiles(), 1, geometry_.input.batch)),
    bias_values_(static_cast<std::size_t>(to_)),
    winners_(output.layout.shape == l.output ? 0 : output.values.size()) {
  std::size_t floats = 0;
  tiles_in_ = new_matrices(tiles_of(pictures_at_once_), from_, floats);
  tiles_out_ = new_matrices(tiles_of(pictures_at_once_), to_, floats);
  forward_products_ = to_ == from_ && to_ <= products_.columns_at_once ? tiles_in_ : tiles_out_;
  // The two passes are never under way together.
  auto floats_forward = floats;
  if (passes_.forward)
    filters_ = new_matrices(from_, to_, floats_forward);
  if (passes_.backward_data)
    turned_filters_ = new_matrices(to_, from_, floats);
  if (passes_.backward_weights)
    filter_gradient_ = new_matrices(from_, to_, floats);
  runs_on_.reserve(std::max(floats, floats_forward));
}

winograd_part::matrices winograd_part::new_matrices(std::int64_t rows, std::int64_t columns,
                                                    std::size_t& floats) const {
  constexpr std::int64_t line = 16;
  constexpr std::int64_t cache_way = 4096 / sizeof(float);
  auto block_stride = rows * block() + line;
  if (block_stride % cache_way == 0)
    block_stride += line;
  const matrices added{rows, columns, block_stride, columns / block() * block_stride + line, floats};
  floats += static_cast<std::size_t>(transforms_.places * added.stride);
  return added;
}

template <class Work>
void winograd_part::for_each_chunk(Work work) {
  const auto batch = geometry_.input.batch;
  for (std::int64_t first = 0; first < batch; first += pictures_at_once_)
    work(first, std::min(pictures_at_once_, batch - first));
}

template <class Work>
void winograd_part::for_each_plane(const activation_layout& layout, const matrices& in, std::int64_t first,
                                   std::int64_t count, Work work) {
  runs_on_.for_each(count * layout.blocks(), [&](std::int64_t i) {
    const auto picture = i / layout.blocks();
    const auto block = i % layout.blocks();
    const auto channel = block * layout.block;
    work((first + picture) * layout.blocks() + block, channel, rows_of(in, tiles_of(picture), channel));
  });
}

template <class Work>
void winograd_part::for_each_place(Work work) {
  runs_on_.for_each(transforms_.places, work);
}

template <class Work>
void winograd_part::for_each_filter_block(Work work) {
  const auto across = to_ / block();
  runs_on_.for_each(from_ / block() * across, [&](std::int64_t i) {
    filter_block here;
    here.from = i / across * block();
    here.to = i % across * block();
    work(here);
  });
}

void winograd_part::transform_filters(std::span<const float> parameters) {
  const float* weights = parameters.data() + weight_.offset;
  const auto taps = this->taps();
  for_each_filter_block([&](filter_block& b) {
    const auto present = taps * std::clamp<std::int64_t>(read_ - b.from, 0, block());
    // What belongs to one output lies together; the outputs shall lie beside each other.
    for (std::int64_t o = 0; o < block(); ++o) {
      const auto here = b.to + o < made_ ? present : 0;
      const float* of_output = weights + ((b.to + o) * read_ + b.from) * taps;
      for (std::int64_t i = 0; i < here; ++i)
        b.values[i * block() + o] = of_output[i];
      for (auto i = here; i < taps * block(); ++i)
        b.values[i * block() + o] = 0;
    }
    for (std::int64_t i = 0; i < block(); ++i)
      transforms_.filter(&b.values[i * taps * block()], block(), block(), rows_of(filters_, b.from + i, b.to));
  });
}

void winograd_part::transform_turned_filters(std::span<const float> parameters) {
  const float* weights = parameters.data() + weight_.offset;
  const auto taps = this->taps();
  for_each_filter_block([&](filter_block& b) {
    const auto present = std::clamp<std::int64_t>(read_ - b.from, 0, block());
    for (std::int64_t o = 0; o < block(); ++o) {
      const auto here = b.to + o < made_ ? present : 0;
      const float* of_output = weights + ((b.to + o) * read_ + b.from) * taps;
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        for (std::int64_t i = 0; i < here; ++i)
          b.values[tap * block() + i] = of_output[i * taps + tap];
        for (auto i = here; i < block(); ++i)
          b.values[tap * block() + i] = 0;
      }
      transforms_.filter(b.values, block(), block(), rows_of(turned_filters_, b.to + o, b.from));
    }
  });
}

void winograd_part::write_filter_gradient(std::span<float> gradient) {
  float* weights = gradient.data() + weight_.offset;
  const auto taps = this->taps();
  for_each_filter_block([&](filter_block& b) {
    const auto present = std::clamp<std::int64_t>(read_ - b.from, 0, block());
    for (std::int64_t i = 0; i < present; ++i)
      transforms_.filter_adjoint(rows_of(filter_gradient_, b.from + i, b.to), block(), &b.values[i * taps * block()],
                                 block());
    for (std::int64_t o = 0; o < std::min(block(), made_ - b.to); ++o) {
      float* of_output = weights + ((b.to + o) * read_ + b.from) * taps;
      for (std::int64_t i = 0; i < present * taps; ++i)
        of_output[i] = b.values[i * block() + o];
    }
  });
}

void winograd_part::transform_input(std::int64_t first, std::int64_t count) {
  const auto plane_size = geometry_.input.pixels() * geometry_.input.block;
  for_each_plane(geometry_.input, tiles_in_, first, count, [&](auto plane, auto channel, const tile_rows& rows) {
    const float* values = input_.values.data() + plane * plane_size;
    if (input_.scaling == nullptr)
      return transforms_.input(geometry_, values, nullptr, rows);
    const auto scaling = input_.scaling->from_channel(channel);
    transforms_.input(geometry_, values, &scaling, rows);
  });
}

void winograd_part::transform_output(const matrices& products, bool measure, std::int64_t first, std::int64_t count) {
  const auto plane_size = output_.layout.pixels() * output_.layout.block;
  for_each_plane(geometry_.output, products, first, count, [&](auto plane, auto channel, const tile_rows& rows) {
    const float* bias = bias_values_.data() + channel;
    float* values = output_.values.data() + plane * plane_size;
    if (winners_.size() > 0)
      transforms_.output_pooled(geometry_, rows, bias, output_.rectified,
                                {values, winners_.data() + plane * plane_size});
    else
      transforms_.output(geometry_, rows, bias, output_.rectified, values,
                         measure ? &output_.plane_moments[static_cast<std::size_t>(plane * 2 * output_.layout.block)]
                                 : nullptr);
  });
}

void winograd_part::transform_output_gradient(std::int64_t first, std::int64_t count) {
  const auto plane_size = output_.layout.pixels() * output_.layout.block;
  for_each_plane(geometry_.output, tiles_out_, first, count, [&](auto plane, auto channel, const tile_rows& rows) {
    float* gradient = output_.gradient.data() + plane * plane_size;
    if (winners_.size() > 0)
      transforms_.output_pooled_adjoint(geometry_, {gradient, winners_.data() + plane * plane_size}, rows);
    else if (output_.derivation != nullptr)
      transforms_.output_adjoint_of_norm(geometry_, output_.values.data() + plane * plane_size,
                                         output_.derivation->from(plane * plane_size, channel), rows);
    else
      transforms_.output_adjoint(geometry_, gradient, rows);
  });
}

void winograd_part::forward(const forward_arguments& arguments) {
  if (!passes_.forward)
    return;
  transform_filters(arguments.parameters);
  if (bias_)
    std::copy_n(arguments.parameters.data() + bias_->offset, bias_->size, bias_values_.data());
  const bool measure = arguments.training && !output_.plane_moments.empty();
  for_each_chunk([&](std::int64_t first, std::int64_t count) {
    transform_input(first, count);
    for_each_place([&](std::int64_t place) {
      std::array<read_ahead, 2> next{ahead(filters_, place), ahead(tiles_in_, place)};
      products_.multiply(to_read(at(tiles_in_, place)), to_read(at(filters_, place)), at(forward_products_, place),
                         {tiles_of(count), to_, read_}, false, next);
    });
    transform_output(forward_products_, measure, first, count);
  });
}

void winograd_part::backward(const backward_arguments& arguments) {
  const bool by_weights = passes_.backward_weights;
  const bool by_data = passes_.backward_data;
  if (!by_weights && !by_data)
    return;
  if (by_data)
    transform_turned_filters(arguments.parameters);
  const auto input_size = geometry_.input.pixels() * geometry_.input.block;
  for_each_chunk([&](std::int64_t first, std::int64_t count) {
    if (by_weights)
      transform_input(first, count);
    transform_output_gradient(first, count);
    for_each_place([&](std::int64_t place) {
      const auto input = at(tiles_in_, place);
      const auto gradient = at(tiles_out_, place);
      // The product at hand asks for what the next one reads: the other of this place, or the first of the next place.
      std::array<read_ahead, 3> of_weights{by_data ? ahead(turned_filters_, place, 0) : ahead(filter_gradient_, place),
                                           ahead(tiles_out_, place), by_data ? read_ahead{} : ahead(tiles_in_, place)};
      std::array<read_ahead, 3> of_data{by_weights ? ahead(filter_gradient_, place) : ahead(turned_filters_, place),
                                        by_weights ? ahead(tiles_in_, place) : ahead(tiles_out_, place), read_ahead{}};
      if (by_weights)
        products_.multiply_transposed(to_read(input), to_read(gradient), at(filter_gradient_, place),
                                      {read_, to_, tiles_of(count)}, first > 0, of_weights);
      // The input's transform has done its work: its gradient takes its place.
      if (by_data)
        products_.multiply(to_read(gradient), to_read(at(turned_filters_, place)), input,
                           {tiles_of(count), from_, made_}, false, of_data);
    });
    if (by_data)
      for_each_plane(geometry_.input, tiles_in_, first, count, [&](auto plane, auto, const tile_rows& rows) {
        transforms_.input_adjoint(geometry_, rows, input_.gradient.data() + plane * input_size);
      });
  });
  if (by_weights)
    write_filter_gradient(arguments.gradient);
}

} // namespace paceline::cpu::winograd
