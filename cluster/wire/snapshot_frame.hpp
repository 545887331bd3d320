#pragma once

#include "messages/leader_snapshot.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// How parameters are written into a snapshot frame.
enum class frame_type : std::uint8_t {
  /// Four bytes a value, exact.
  fp32,
  /// Two bytes a value, rounded to nearest even; an error of at most 2^-8 of a value.
  bf16,
  /// One byte a value and a scale per slice of the layout; an error of at most half a scale: max|x| / 254 of its slice.
  int8,
};

const char* to_string(frame_type type);

/// One contiguous frame: header, scales, data. `slices` are the lengths of the layout's slices, in order (only int8 looks at
/// them). `sent_at_wall` is not part of it: ages are told by the receiver's clock from `age`, the snapshot's age when sent.
/// Requires: finite parameters, slices that sum to their number, age >= 0.
std::vector<std::byte> encode_snapshot(const leader_snapshot& snapshot, frame_type type,
                                       std::span<const std::size_t> slices, std::chrono::nanoseconds age);

/// The same with these parameters in the place of the snapshot's own, so that nobody copies them into one only to send them.
std::vector<std::byte> encode_snapshot(const leader_snapshot& snapshot, std::span<const float> parameters,
                                       frame_type type, std::span<const std::size_t> slices,
                                       std::chrono::nanoseconds age);

/// What a receiver knows before it looks into a frame.
struct frame_expectation {
  std::uint64_t fingerprint = 0;
  std::span<const std::size_t> slices;
  /// A snapshot older than this when it was sent is refused.
  std::chrono::nanoseconds max_age = std::chrono::seconds(60);
};

/// Why a frame was refused; each is counted by itself.
enum class frame_refusal : std::uint8_t { malformed, version, foreign, checksum, not_finite, stale };

const char* to_string(frame_refusal why);

/// A frame that was decoded, or why not.
struct decoded_frame {
  snapshot_ptr snapshot;
  frame_refusal why = frame_refusal::malformed;
  /// One line for people; empty where there is a snapshot.
  std::string problem;
};

/// Reads a frame from a peer that may send anything: never reads outside `bytes`, never throws for what they hold. The snapshot's
/// `taken_at` is `now` minus its age when sent. Looks for the causes in this order: malformed, version, malformed, checksum,
/// foreign, stale, not_finite; so what is refused as foreign or stale is what the peer sent.
decoded_frame decode_snapshot(std::span<const std::byte> bytes, const frame_expectation& expected,
                              std::chrono::nanoseconds now);

} // namespace paceline
