#pragma once

#include "cluster/wire/control_codec.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace paceline {

static_assert(std::endian::native == std::endian::little, "a frame's numbers are copied as they lie in memory");

/// "PLSF".
inline constexpr std::uint32_t frame_magic = 0x4653'4C50;

/// The head of a snapshot frame as it lies in it (docs/wire-format.md). The first two fields are constants of this version; the
/// checksum is of all bytes behind it.
struct frame_header {
  std::uint32_t magic = frame_magic;
  std::uint32_t version = wire_version;
  std::uint64_t checksum = 0;
  std::uint8_t scope = 0;
  std::uint8_t type = 0;
  std::uint16_t unused = 0;
  std::uint32_t group = 0;
  std::uint64_t term = 0;
  std::uint64_t decision = 0;
  std::uint32_t leader_group = 0;
  std::uint32_t leader_index = 0;
  std::uint64_t leader_steps = 0;
  double loss = 0;
  std::uint64_t fingerprint = 0;
  std::int64_t age_nanoseconds = 0;
  std::uint64_t values = 0;
  std::uint64_t scales = 0;
};
static_assert(sizeof(frame_header) == 96 && std::is_trivially_copyable_v<frame_header>);

/// Where the bytes begin of which the checksum is.
inline constexpr std::size_t checked_from = offsetof(frame_header, checksum) + sizeof(frame_header::checksum);

} // namespace paceline
