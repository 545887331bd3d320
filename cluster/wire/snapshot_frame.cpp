#include "cluster/wire/snapshot_frame.hpp"

#include "cluster/wire/control_codec.hpp"
#include "cluster/wire/frame_body.hpp"
#include "cluster/wire/frame_checksum.hpp"
#include "cluster/wire/frame_header.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

namespace paceline {

namespace {

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
  return encode_snapshot(snapshot, snapshot.parameters, type, slices, age);
}

std::vector<std::byte> encode_snapshot(const leader_snapshot& snapshot, std::span<const float> parameters,
                                       frame_type type, std::span<const std::size_t> slices,
                                       std::chrono::nanoseconds age) {
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
  header.values = parameters.size();
  header.scales = type == frame_type::int8 ? slices.size() : 0;

  const auto body_bytes = header.scales * sizeof(float) + header.values * value_bytes(type);
  std::vector<std::byte> frame;
  frame.reserve(sizeof header + body_bytes);
  frame.resize(sizeof header);
  std::memcpy(frame.data(), &header, sizeof header);
  frame_checksum checksum;
  checksum.add(std::span(frame).subspan(checked_from));
  append_body(frame, checksum, type, parameters, slices);
  header.checksum = checksum.value();
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

  frame_checksum checksum;
  checksum.add(bytes.subspan(checked_from, sizeof header - checked_from));
  const auto body = bytes.subspan(sizeof header);
  auto problem = check_content(header, expected);
  auto snapshot = std::make_shared<leader_snapshot>();
  if (problem) {
    checksum.add(body);
  } else {
    snapshot->parameters.reserve(header.values);
    if (!read_body(body, checksum, static_cast<frame_type>(header.type), expected.slices, snapshot->parameters))
      problem =
        refused(frame_refusal::not_finite, fmt::format("parameters of worker {} that are not finite",
                                                       to_string(worker_id{header.leader_group, header.leader_index})));
  }
  // Before any other: of a spoilt frame nothing that it says is known to be what the peer sent.
  if (const auto found = checksum.value(); found != header.checksum)
    return refused(frame_refusal::checksum,
                   fmt::format("its bytes have the checksum {:016x}, it says {:016x}", found, header.checksum));
  if (problem)
    return *problem;

  snapshot->scope = static_cast<scope>(header.scope);
  snapshot->group = header.group;
  snapshot->term = header.term;
  snapshot->decision = header.decision;
  snapshot->leader = {header.leader_group, header.leader_index};
  snapshot->leader_steps = header.leader_steps;
  snapshot->loss = header.loss;
  snapshot->taken_at = now - std::chrono::nanoseconds(header.age_nanoseconds);
  snapshot->fingerprint = header.fingerprint;
  return {std::move(snapshot), frame_refusal::malformed, {}};
}

} // namespace paceline
