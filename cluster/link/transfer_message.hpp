#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace paceline {

/// What nodes say on the transfer plane, where a late joiner fetches the newest global snapshot. The asker says `want` with what
/// it knows, gets an `offer` or `nothing`, then asks for chunk after chunk, a few at a time; data follow a `chunk` as a
/// second part. `gone` answers who asks for a frame that is not held any more.
struct transfer_message {
  enum class kind : std::uint8_t { want = 1, offer, nothing, ask, chunk, gone };
  kind what = kind::want;
  /// Of the snapshot (leader_snapshot::term and ::decision); in a want: the newest that the asker has.
  std::uint64_t term = 0;
  std::uint64_t decision = 0;
  /// In an offer: length of the frame, and of all chunks but the last.
  std::uint64_t frame_bytes = 0;
  std::uint64_t chunk_bytes = 0;
  /// Which chunk, in an ask and a chunk.
  std::uint64_t chunk = 0;

  friend bool operator==(const transfer_message&, const transfer_message&) = default;
};

inline constexpr std::size_t transfer_message_bytes = 48;

/// Little-endian: magic, version and kind in eight bytes, then the numbers in the order above.
std::array<std::byte, transfer_message_bytes> encode(const transfer_message& message);

/// Empty for what encode did not write.
std::optional<transfer_message> decode_transfer(std::span<const std::byte> bytes);

} // namespace paceline
