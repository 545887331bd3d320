#include "cluster/link/transfer_message.hpp"

#include "cluster/wire/control_codec.hpp"

namespace paceline {

namespace {

/// "PLTR", then two bytes of version, one of kind and one that is zero.
constexpr std::uint64_t head_of(transfer_message::kind what) {
  constexpr std::uint64_t magic = 0x52544C50;
  return magic | static_cast<std::uint64_t>(wire_version) << 32 | static_cast<std::uint64_t>(what) << 48;
}

void put(std::byte* to, std::uint64_t value) {
  for (int i = 0; i < 8; ++i)
    to[i] = static_cast<std::byte>(value >> (8 * i));
}

std::uint64_t get(const std::byte* from) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i)
    value |= static_cast<std::uint64_t>(from[i]) << (8 * i);
  return value;
}

} // namespace

std::array<std::byte, transfer_message_bytes> encode(const transfer_message& message) {
  std::array<std::byte, transfer_message_bytes> bytes{};
  put(&bytes[0], head_of(message.what));
  put(&bytes[8], message.term);
  put(&bytes[16], message.decision);
  put(&bytes[24], message.frame_bytes);
  put(&bytes[32], message.chunk_bytes);
  put(&bytes[40], message.chunk);
  return bytes;
}

std::optional<transfer_message> decode_transfer(std::span<const std::byte> bytes) {
  using kind = transfer_message::kind;
  if (bytes.size() != transfer_message_bytes)
    return std::nullopt;
  for (const auto what : {kind::want, kind::offer, kind::nothing, kind::ask, kind::chunk, kind::gone})
    if (get(&bytes[0]) == head_of(what))
      return transfer_message{.what = what,
                              .term = get(&bytes[8]),
                              .decision = get(&bytes[16]),
                              .frame_bytes = get(&bytes[24]),
                              .chunk_bytes = get(&bytes[32]),
                              .chunk = get(&bytes[40])};
  return std::nullopt;
}

} // namespace paceline
