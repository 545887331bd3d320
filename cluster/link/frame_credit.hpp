#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace paceline {

/// What a subscriber of the snapshot plane says: it has received so many frames from this publisher and takes one more. It is said after
/// each frame, over each new connection, and again while none comes, which changes nothing.
struct frame_credit {
  std::uint64_t received = 0;

  friend bool operator==(const frame_credit&, const frame_credit&) = default;
};

inline constexpr std::size_t frame_credit_bytes = 16;

/// Little-endian: magic and version in eight bytes, then the number (docs/wire-format.md).
std::array<std::byte, frame_credit_bytes> encode(const frame_credit& credit);

/// Empty for what encode did not write.
std::optional<frame_credit> decode_credit(std::span<const std::byte> bytes);

} // namespace paceline
