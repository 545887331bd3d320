#include "compute/data/resample.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace paceline {

namespace {

constexpr std::size_t channels = 3;
/// Of a weight's fraction: sums of weighted bytes stay within 32 bits.
constexpr int weight_bits = 22;
constexpr std::int32_t half = 1 << (weight_bits - 1);

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> weight_bits, 0, 255));
}

} // namespace

void resampler::find_taps(const line& wanted, direction& found) {
  const auto scale = (wanted.end - wanted.begin) / static_cast<double>(wanted.scaled);
  const auto reach = std::max(scale, 1.0);
  const auto inverse_reach = 1.0 / reach;
  // Counted from the box's first pixel on, and ended at its last, as if it had been cut out before.
  const auto origin = std::floor(wanted.begin);
  const auto length = static_cast<std::int64_t>(std::ceil(wanted.end) - origin);
  found.pixels.clear();
  found.weights.clear();
  for (auto i = wanted.first; i < wanted.first + wanted.count; ++i) {
    const auto centre = (wanted.begin - origin) + (static_cast<double>(i) + 0.5) * scale;
    const auto begin = std::max(static_cast<std::int64_t>(centre - reach + 0.5), std::int64_t{0});
    const auto end = std::min(static_cast<std::int64_t>(centre + reach + 0.5), length);
    exact_.clear();
    double sum = 0;
    for (auto pixel = begin; pixel < end; ++pixel) {
      const auto distance = std::abs((static_cast<double>(pixel) - centre + 0.5) * inverse_reach);
      exact_.push_back(std::max(0.0, 1.0 - distance));
      sum += exact_.back();
    }
    found.pixels.push_back({.first = static_cast<std::size_t>(origin) + static_cast<std::size_t>(begin),
                            .count = exact_.size(),
                            .weights = found.weights.size()});
    for (const auto weight : exact_)
      found.weights.push_back(static_cast<std::int32_t>(0.5 + weight / sum * (1 << weight_bits)));
  }
}

void resampler::write(const rgb_view& picture, const scaled_window& window, std::span<std::uint8_t> out) {
  const auto side = static_cast<std::size_t>(window.side);
  const auto row_bytes = static_cast<std::size_t>(picture.extent.width) * channels;
  const auto narrow_bytes = side * channels;
  assert(out.size() == side * narrow_bytes);
  assert(picture.bytes.size() == row_bytes * static_cast<std::size_t>(picture.extent.height));
  find_taps({window.box.left, window.box.right, window.scaled.width, window.left, window.side}, across_);
  find_taps({window.box.top, window.box.bottom, window.scaled.height, window.top, window.side}, down_);

  const auto first_row = down_.pixels.front().first;
  const auto end_row = down_.pixels.back().first + down_.pixels.back().count;
  narrowed_.resize((end_row - first_row) * narrow_bytes);
  auto* narrow = narrowed_.data();
  for (auto row = first_row; row < end_row; ++row) {
    const auto* const source = picture.bytes.data() + row * row_bytes;
    for (const auto& pixel : across_.pixels) {
      std::int32_t red = half;
      std::int32_t green = half;
      std::int32_t blue = half;
      const auto* from = source + pixel.first * channels;
      const auto* const weights = across_.weights.data() + pixel.weights;
      for (std::size_t i = 0; i < pixel.count; ++i, from += channels) {
        red += from[0] * weights[i];
        green += from[1] * weights[i];
        blue += from[2] * weights[i];
      }
      *narrow++ = to_byte(red);
      *narrow++ = to_byte(green);
      *narrow++ = to_byte(blue);
    }
  }

  sums_.resize(narrow_bytes);
  auto* result = out.data();
  for (const auto& pixel : down_.pixels) {
    std::fill(sums_.begin(), sums_.end(), half);
    for (std::size_t i = 0; i < pixel.count; ++i) {
      const auto* const from = narrowed_.data() + (pixel.first - first_row + i) * narrow_bytes;
      const auto weight = down_.weights[pixel.weights + i];
      for (std::size_t byte = 0; byte < narrow_bytes; ++byte)
        sums_[byte] += from[byte] * weight;
    }
    for (const auto sum : sums_)
      *result++ = to_byte(sum);
  }
}

} // namespace paceline
