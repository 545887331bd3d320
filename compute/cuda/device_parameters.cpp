#include "compute/cuda/device_parameters.hpp"

#include "compute/cuda/kernels/layouts.hpp"

#include <cassert>

namespace paceline::cuda {

namespace {

/// In floats: 256 bytes, and 128 of the bf16 copy.
constexpr std::size_t slice_alignment = 64;

std::size_t aligned(std::size_t place) {
  return (place + slice_alignment - 1) / slice_alignment * slice_alignment;
}

} // namespace

device_parameters::device_parameters(stream& queue, const parameter_layout& layout, value_type products, bool training)
  : layout_(layout), products_(products) {
  const auto places = find_places();
  const auto device = queue.device();
  places_ = device_memory(device, places.size() * sizeof(std::uint32_t), "the order of parameters");
  queue.copy(places_.data(), places.data(), places_.size_bytes());
  values_ = make_vector(queue, "parameters");
  if (training)
    gradient_ = make_vector(queue, "the gradient");
  if (products == value_type::bf16)
    bf16_ = device_memory(device, static_cast<std::size_t>(size_) * sizeof(bfloat16), "bf16 parameters");
  staging_ = device_memory(device, layout.size() * sizeof(float), "parameters on their way");
  // What is copied from must stay until then.
  queue.wait();
}

std::vector<std::uint32_t> device_parameters::find_places() {
  std::vector<std::uint32_t> places(layout_.size());
  std::size_t begin = 0;
  bool trained = true;
  for (const auto& slice : layout_.slices()) {
    begin = aligned(begin);
    if (trained && slice.offset >= layout_.trained_size()) {
      trained_size_ = static_cast<std::int64_t>(begin);
      trained = false;
    }
    offsets_.push_back(begin);
    const auto& shape = slice.shape;
    const bool reordered = shape.size() == 4;
    const auto channels = reordered ? static_cast<std::size_t>(shape[1]) : 1;
    const auto window = reordered ? static_cast<std::size_t>(shape[2] * shape[3]) : slice.size;
    for (std::size_t i = 0; i < slice.size; ++i) {
      const auto matrix = i / (channels * window);
      const auto channel = i / window % channels;
      const auto tap = i % window;
      places[slice.offset + i] = static_cast<std::uint32_t>(begin + (matrix * window + tap) * channels + channel);
    }
    begin += slice.size;
  }
  size_ = static_cast<std::int64_t>(aligned(begin));
  if (trained)
    trained_size_ = size_;
  return places;
}

device_memory device_parameters::make_vector(stream& queue, std::string_view what) const {
  device_memory made(queue.device(), static_cast<std::size_t>(size_) * sizeof(float), what);
  queue.clear(made.data(), made.size_bytes());
  return made;
}

float* device_parameters::place_of(const std::string& slice, float* all) const {
  const auto* found = layout_.find(slice);
  return found && all ? all + offsets_[static_cast<std::size_t>(found - layout_.slices().data())] : nullptr;
}

const void* device_parameters::product_weights_of(const std::string& slice) const {
  const auto* place = place_of(slice, values());
  if (products_ == value_type::fp32 || !place)
    return place;
  return bf16_.as<bfloat16>() + (place - values());
}

void device_parameters::refresh_products(stream& queue) {
  if (products_ == value_type::bf16)
    convert(queue, size_, value_type::fp32, values(), value_type::bf16, bf16_.data());
}

void device_parameters::to_device_order(stream& queue, const float* canonical, float* to) const {
  scatter(queue, static_cast<std::int64_t>(layout_.size()), canonical, places_.as<std::uint32_t>(), to);
}

void device_parameters::to_canonical_order(stream& queue, const float* from, float* canonical) const {
  gather(queue, static_cast<std::int64_t>(layout_.size()), from, places_.as<std::uint32_t>(), canonical);
}

void device_parameters::bring(stream& queue, std::span<const float> canonical, float* to) {
  assert(canonical.size() == layout_.size());
  queue.copy(staging_.data(), canonical.data(), canonical.size_bytes());
  to_device_order(queue, staging_.as<float>(), to);
}

void device_parameters::load(stream& queue, std::span<const float> canonical) {
  bring(queue, canonical, values());
  refresh_products(queue);
  queue.wait();
}

void device_parameters::fetch(stream& queue, const float* from, std::span<float> canonical) {
  assert(canonical.size() == layout_.size());
  to_canonical_order(queue, from, staging_.as<float>());
  queue.copy(canonical.data(), staging_.data(), canonical.size_bytes());
  queue.wait();
}

std::size_t device_parameters::memory_bytes() const {
  return places_.size_bytes() + values_.size_bytes() + gradient_.size_bytes() + bf16_.size_bytes()
         + staging_.size_bytes();
}

} // namespace paceline::cuda
