#include "cluster/link/frame_credit.hpp"

#include "cluster/wire/control_codec.hpp"

#include <bit>
#include <cstring>

namespace paceline {

namespace {

static_assert(std::endian::native == std::endian::little, "a credit's numbers are copied as they lie in memory");

/// "PLCR", then the version.
constexpr std::uint64_t head = 0x5243'4C50 | static_cast<std::uint64_t>(wire_version) << 32;

} // namespace

std::array<std::byte, frame_credit_bytes> encode(const frame_credit& credit) {
  std::array<std::byte, frame_credit_bytes> bytes;
  std::memcpy(bytes.data(), &head, sizeof(head));
  std::memcpy(bytes.data() + sizeof(head), &credit.received, sizeof(credit.received));
  return bytes;
}

std::optional<frame_credit> decode_credit(std::span<const std::byte> bytes) {
  if (bytes.size() != frame_credit_bytes || std::memcmp(bytes.data(), &head, sizeof(head)) != 0)
    return std::nullopt;
  frame_credit credit;
  std::memcpy(&credit.received, bytes.data() + sizeof(head), sizeof(credit.received));
  return credit;
}

} // namespace paceline
