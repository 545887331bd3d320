#include "cluster/wire/snapshot_frame.hpp"

#include "cluster/wire/control_codec.hpp"
#include "cluster/wire/frame_header.hpp"
#include "cluster/wire/quantisation.hpp"
#include "compute/finite.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>
#include <optional>

namespace paceline {

namespace {

/// Values that are converted at once: few enough to stay in the fastest cache, so that memory is passed over once, and a
/// result grows without being filled with zeros before.
constexpr std::size_t block_values = 4096;

std::size_t value_bytes(frame_type type) {
  return type == frame_type::fp32 ? 4 : type == frame_type::bf16 ? 2 : 1;
}

std::uint64_t checksum_of(std::span<const std::byte> frame) {
  return XXH3_64bits(frame.data() + checked_from, frame.size() - checked_from);
}

template <class T>
void append(std::vector<std::byte>& frame, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  frame.insert(frame.end(), bytes.begin(), bytes.end());
}

/// Appends `values` as what `convert(block, out)` makes of each block.
template <class T, class Convert>
void append_converted(std::vector<std::byte>& frame, std::span<const float> values, Convert convert) {
  std::array<T, block_values> block;
  while (!values.empty()) {
    const auto count = std::min(values.size(), block_values);
    const std::span out(block.data(), count);
    convert(values.first(count), out);
    append(frame, std::span<const T>(out));
    values = values.subspan(count);
  }
}

/// Appends scales and data as int8.
void append_int8(std::vector<std::byte>& frame, std::span<const float> values, std::span<const std::size_t> slices) {
  std::vector<float> scales;
  scales.reserve(slices.size());
  for (auto rest = values; const auto size : slices) {
    scales.push_back(int8_scale(rest.first(size)));
    rest = rest.subspan(size);
  }
  append(frame, std::span<const float>(scales));
  for (std::size_t i = 0; i < slices.size(); ++i) {
    append_converted<std::int8_t>(frame, values.first(slices[i]),
                                  [&](auto block, auto out) { to_int8(block, scales[i], out); });
    values = values.subspan(slices[i]);
  }
}

/// Appends to `values` what `convert(block, out)` makes of the data. False where one of them is not finite.
template <class T, class Convert>
bool read_converted(std::span<const std::byte> data, std::vector<float>& values, Convert convert) {
  // Received data is not aligned.
  std::array<T, block_values> block;
  std::array<float, block_values> converted;
  while (!data.empty()) {
    const auto count = std::min(data.size() / sizeof(T), block_values);
    std::memcpy(block.data(), data.data(), count * sizeof(T));
    const std::span out(converted.data(), count);
    convert(std::span<const T>(block.data(), count), out);
    if (!all_finite(out))
      return false;
    values.insert(values.end(), out.begin(), out.end());
    data = data.subspan(count * sizeof(T));
  }
  return true;
}

bool read_fp32(std::span<const std::byte> data, std::vector<float>& values) {
  return read_converted<float>(data, values,
                               [](auto block, auto out) { std::copy(block.begin(), block.end(), out.begin()); });
}

/// `body` is scales and data.
bool read_int8(std::span<const std::byte> body, std::span<const std::size_t> slices, std::vector<float>& values) {
  std::vector<float> scales(slices.size());
  const auto scale_bytes = std::as_writable_bytes(std::span(scales));
  std::copy_n(body.begin(), scale_bytes.size(), scale_bytes.begin());
  auto data = body.subspan(scale_bytes.size());
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (!read_converted<std::int8_t>(data.first(slices[i]), values,
                                     [&](auto block, auto out) { from_int8(block, scales[i], out); }))
      return false;
    data = data.subspan(slices[i]);
  }
  return true;
}

bool read_values(frame_type type, std::span<const std::byte> body, std::span<const std::size_t> slices,
                 std::vector<float>& values) {
  switch (type) {
    case frame_type::fp32:
      return read_fp32(body, values);
    case frame_type::bf16:
      return read_converted<std::uint16_t>(body, values, from_bf16);
    case frame_type::int8:
      return read_int8(body, slices, values);
  }
  return false;
}

decoded_frame refused(frame_refusal why, const std::string& problem) {
  return {nullptr, why, "snapshot frame: " + problem};
}

/// Whether the frame is one: what it says of itself fits its length.
std::optional<decoded_frame> check_form(const frame_header& header, std::size_t size_bytes) {
  if (header.scope > static_cast<std::uint8_t>(scope::global))
    return refused(frame_refusal::malformed, fmt::format("scope {}, 0 and 1 are known", header.scope));
  if (header.type > static_cast<std::uint8_t>(frame_type::int8))
    return refused(frame_refusal::malformed, fmt::format("type {}, 0 to 2 are known", header.type));
  const auto body = size_bytes - sizeof(frame_header);
  const auto each = value_bytes(static_cast<frame_type>(header.type));
  // Each count by itself first, so that no sum goes round.
  const bool fits = header.values <= body / each && header.scales <= body / sizeof(float)
                    && header.values * each + header.scales * sizeof(float) == body;
  if (!fits)
    return refused(frame_refusal::malformed,
                   fmt::format("{} bytes behind the header, which is not {} values and {} scales", body, header.values,
                               header.scales));
  if (header.age_nanoseconds < 0)
    return refused(frame_refusal::malformed, fmt::format("an age of {} ns", header.age_nanoseconds));
  return std::nullopt;
}

/// Whether it is of this run and of use.
std::optional<decoded_frame> check_content(const frame_header& header, const frame_expectation& expected) {
  if (header.fingerprint != expected.fingerprint)
    return refused(frame_refusal::foreign, fmt::format("parameters of fingerprint {:016x}, this run's have {:016x}",
                                                       header.fingerprint, expected.fingerprint));
  const auto values = std::accumulate(expected.slices.begin(), expected.slices.end(), std::size_t{0});
  const auto scales = static_cast<frame_type>(header.type) == frame_type::int8 ? expected.slices.size() : 0;
  if (header.values != values || header.scales != scales)
    return refused(frame_refusal::foreign, fmt::format("{} values and {} scales, this run's model has {} and {}",
                                                       header.values, header.scales, values, scales));
  if (const std::chrono::nanoseconds age(header.age_nanoseconds); age > expected.max_age) {
    const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
    return refused(frame_refusal::stale,
                   fmt::format("{:.1f} s old, at most {:.1f} s are allowed", seconds(age), seconds(expected.max_age)));
  }
  if (!std::isfinite(header.loss))
    return refused(frame_refusal::not_finite, fmt::format("a loss of {}", header.loss));
  return std::nullopt;
}

} // namespace

const char* to_string(frame_type type) {
  switch (type) {
    case frame_type::fp32:
      return "fp32";
    case frame_type::bf16:
      return "bf16";
    case frame_type::int8:
      return "int8";
  }
  return "unknown";
}

const char* to_string(frame_refusal why) {
  switch (why) {
    case frame_refusal::malformed:
      return "malformed";
    case frame_refusal::version:
      return "version";
    case frame_refusal::foreign:
      return "foreign";
    case frame_refusal::checksum:
      return "checksum";
    case frame_refusal::not_finite:
      return "not finite";
    case frame_refusal::stale:
      return "stale";
  }
  return "unknown";
}

std::vector<std::byte> encode_snapshot(const leader_snapshot& snapshot, frame_type type,
                                       std::span<const std::size_t> slices, std::chrono::nanoseconds age) {
  frame_header header;
  header.scope = static_cast<std::uint8_t>(snapshot.scope);
  header.type = static_cast<std::uint8_t>(type);
  header.group = snapshot.group;
  header.term = snapshot.term;
  header.decision = snapshot.decision;
  header.leader_group = snapshot.leader.group;
  header.leader_index = snapshot.leader.index;
  header.leader_steps = snapshot.leader_steps;
  header.loss = snapshot.loss;
  header.fingerprint = snapshot.fingerprint;
  header.age_nanoseconds = age.count();
  header.values = snapshot.parameters.size();
  header.scales = type == frame_type::int8 ? slices.size() : 0;

  const std::span values(snapshot.parameters);
  std::vector<std::byte> frame;
  frame.reserve(sizeof header + header.scales * sizeof(float) + values.size() * value_bytes(type));
  frame.resize(sizeof header);
  switch (type) {
    case frame_type::fp32:
      append(frame, values);
      break;
    case frame_type::bf16:
      append_converted<std::uint16_t>(frame, values, to_bf16);
      break;
    case frame_type::int8:
      assert(std::accumulate(slices.begin(), slices.end(), std::size_t{0}) == values.size());
      append_int8(frame, values, slices);
      break;
  }
  std::memcpy(frame.data(), &header, sizeof header);
  header.checksum = checksum_of(frame);
  std::memcpy(frame.data(), &header, sizeof header);
  return frame;
}

decoded_frame decode_snapshot(std::span<const std::byte> bytes, const frame_expectation& expected,
                              std::chrono::nanoseconds now) {
  frame_header header;
  if (bytes.size() < sizeof header)
    return refused(frame_refusal::malformed, fmt::format("{} bytes, a header has {}", bytes.size(), sizeof header));
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != frame_magic)
    return refused(frame_refusal::malformed, fmt::format("it begins with {:08x}, not with \"PLSF\"", header.magic));
  if (header.version != wire_version)
    return refused(frame_refusal::version, fmt::format("version {}, {} is spoken here", header.version, wire_version));
  if (const auto problem = check_form(header, bytes.size()))
    return *problem;
  if (const auto found = checksum_of(bytes); found != header.checksum)
    return refused(frame_refusal::checksum,
                   fmt::format("its bytes have the checksum {:016x}, it says {:016x}", found, header.checksum));
  if (const auto problem = check_content(header, expected))
    return *problem;

  auto snapshot = std::make_shared<leader_snapshot>();
  snapshot->scope = static_cast<scope>(header.scope);
  snapshot->group = header.group;
  snapshot->term = header.term;
  snapshot->decision = header.decision;
  snapshot->leader = {header.leader_group, header.leader_index};
  snapshot->leader_steps = header.leader_steps;
  snapshot->loss = header.loss;
  snapshot->taken_at = now - std::chrono::nanoseconds(header.age_nanoseconds);
  snapshot->fingerprint = header.fingerprint;
  snapshot->parameters.reserve(header.values);
  if (!read_values(static_cast<frame_type>(header.type), bytes.subspan(sizeof header), expected.slices,
                   snapshot->parameters))
    return refused(frame_refusal::not_finite,
                   fmt::format("parameters of worker {} that are not finite", to_string(snapshot->leader)));
  return {std::move(snapshot), frame_refusal::malformed, {}};
}

} // namespace paceline
