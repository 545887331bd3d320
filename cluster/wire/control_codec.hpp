#pragma once

#include "cluster/link/control_message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

/// Version of everything that nodes send to each other.
inline constexpr std::uint32_t wire_version = 1;

/// No control message is longer; a longer one is refused by the socket, and by decode.
inline constexpr std::size_t longest_control_message = 100'000;

/// Times on the wire lie between this and its negative, so that the difference of any two is in range.
inline constexpr std::chrono::nanoseconds longest_wire_time = std::chrono::hours(24 * 365 * 100);

/// A message as CBOR (docs/wire-format.md). Doubles keep their bits: NaN, infinities, denormals and -0 included. A text is made
/// one line of UTF-8 where it is not: a control character becomes a space, a wrong byte '?'.
/// Of a hello of another version than wire_version, only version, node and up_for are written.
/// Throws invalid_input where it would be longer than longest_control_message.
std::vector<std::byte> encode(const control_message& message);

/// Reads what encode wrote, from a peer that may send anything. Unknown keys are skipped, so that a newer peer can add some.
/// Of a hello of another version only version, node and up_for are read. All texts of the result are one line of UTF-8.
/// Throws invalid_input that says what was found and what is allowed.
control_message decode_control(std::span<const std::byte> bytes);

} // namespace paceline
