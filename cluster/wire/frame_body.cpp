#include "cluster/wire/frame_body.hpp"

#include "cluster/wire/quantisation.hpp"
#include "compute/finite.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace paceline {

namespace {

/// Values that are converted at once: few enough to stay in the fastest cache; and a result that grows by them is not filled
/// with zeros before.
constexpr std::size_t block_values = 4096;

template <class T>
void append(std::vector<std::byte>& frame, frame_checksum& checksum, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  checksum.add(bytes);
  frame.insert(frame.end(), bytes.begin(), bytes.end());
}

/// Appends `values` as what `convert(block, out)` makes of each block.
template <class T, class Convert>
void append_converted(std::vector<std::byte>& frame, frame_checksum& checksum, std::span<const float> values,
                      Convert convert) {
  std::array<T, block_values> block;
  while (!values.empty()) {
    const auto count = std::min(values.size(), block_values);
    const std::span out(block.data(), count);
    convert(values.first(count), out);
    append(frame, checksum, std::span<const T>(out));
    values = values.subspan(count);
  }
}

void append_fp32(std::vector<std::byte>& frame, frame_checksum& checksum, std::span<const float> values) {
  while (!values.empty()) {
    const auto block = values.first(std::min(values.size(), block_values));
    append(frame, checksum, block);
    values = values.subspan(block.size());
  }
}

void append_int8(std::vector<std::byte>& frame, frame_checksum& checksum, std::span<const float> values,
                 std::span<const std::size_t> slices) {
  assert(std::accumulate(slices.begin(), slices.end(), std::size_t{0}) == values.size());
  std::vector<float> scales;
  scales.reserve(slices.size());
  for (auto rest = values; const auto size : slices) {
    scales.push_back(int8_scale(rest.first(size)));
    rest = rest.subspan(size);
  }
  append(frame, checksum, std::span<const float>(scales));
  for (std::size_t i = 0; i < slices.size(); ++i) {
    append_converted<std::int8_t>(frame, checksum, values.first(slices[i]),
                                  [&](auto block, auto out) { to_int8(block, scales[i], out); });
    values = values.subspan(slices[i]);
  }
}

/// Appends to `values` what `convert(block, out)` makes of the data; false where one of them is not finite.
template <class T, class Convert>
bool read_converted(std::span<const std::byte> data, frame_checksum& checksum, std::vector<float>& values,
                    Convert convert) {
  // Received data is not aligned.
  std::array<T, block_values> block;
  std::array<float, block_values> converted;
  bool finite = true;
  while (!data.empty()) {
    const auto count = std::min(data.size() / sizeof(T), block_values);
    const auto bytes = data.first(count * sizeof(T));
    checksum.add(bytes);
    std::memcpy(block.data(), bytes.data(), bytes.size());
    const std::span out(converted.data(), count);
    convert(std::span<const T>(block.data(), count), out);
    finite = finite && all_finite(out);
    values.insert(values.end(), out.begin(), out.end());
    data = data.subspan(bytes.size());
  }
  return finite;
}

bool read_fp32(std::span<const std::byte> data, frame_checksum& checksum, std::vector<float>& values) {
  return read_converted<float>(data, checksum, values,
                               [](auto block, auto out) { std::copy(block.begin(), block.end(), out.begin()); });
}

bool read_int8(std::span<const std::byte> body, frame_checksum& checksum, std::span<const std::size_t> slices,
               std::vector<float>& values) {
  std::vector<float> scales(slices.size());
  const auto scale_bytes = std::as_writable_bytes(std::span(scales));
  std::copy_n(body.begin(), scale_bytes.size(), scale_bytes.begin());
  checksum.add(scale_bytes);
  auto data = body.subspan(scale_bytes.size());
  bool finite = true;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    finite = read_converted<std::int8_t>(data.first(slices[i]), checksum, values,
                                         [&](auto block, auto out) { from_int8(block, scales[i], out); })
             && finite;
    data = data.subspan(slices[i]);
  }
  return finite;
}

} // namespace

std::size_t value_bytes(frame_type type) {
  return type == frame_type::fp32 ? 4 : type == frame_type::bf16 ? 2 : 1;
}

void append_body(std::vector<std::byte>& frame, frame_checksum& checksum, frame_type type,
                 std::span<const float> values, std::span<const std::size_t> slices) {
  switch (type) {
    case frame_type::fp32:
      return append_fp32(frame, checksum, values);
    case frame_type::bf16:
      return append_converted<std::uint16_t>(frame, checksum, values, to_bf16);
    case frame_type::int8:
      return append_int8(frame, checksum, values, slices);
  }
}

bool read_body(std::span<const std::byte> body, frame_checksum& checksum, frame_type type,
               std::span<const std::size_t> slices, std::vector<float>& values) {
  switch (type) {
    case frame_type::fp32:
      return read_fp32(body, checksum, values);
    case frame_type::bf16:
      return read_converted<std::uint16_t>(body, checksum, values, from_bf16);
    case frame_type::int8:
      return read_int8(body, checksum, slices, values);
  }
  return false;
}

} // namespace paceline
