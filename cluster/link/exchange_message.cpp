#include "cluster/link/exchange_message.hpp"

#include "cluster/wire/control_codec.hpp"

#include <bit>
#include <cstring>

namespace paceline {

namespace {

using exchange_kind = exchange_message::kind;

static_assert(std::endian::native == std::endian::little, "a head's numbers are copied as they lie in memory");

/// As it lies in the message (docs/wire-format.md).
struct exchange_head {
  /// "PLEX".
  std::uint32_t magic = 0x5845'4C50;
  std::uint16_t version = wire_version;
  std::uint8_t what = 0;
  /// first of a contribution, use of an answer.
  std::uint8_t detail = 0;
  std::uint64_t incarnation = 0;
  std::int64_t number = 0;
  std::uint32_t group = 0;
  std::uint32_t index = 0;
  std::uint64_t distance_bits = 0;
  std::uint64_t term = 0;
};
static_assert(sizeof(exchange_head) == exchange_message_bytes);

/// What only one kind has is within what that kind may say.
bool fits_its_kind(const exchange_head& head) {
  switch (static_cast<exchange_kind>(head.what)) {
    case exchange_kind::contribution:
      return head.detail <= 1 && head.distance_bits == 0;
    case exchange_kind::answer:
      return head.detail <= static_cast<std::uint8_t>(answer_use::none);
  }
  return false;
}

} // namespace

std::array<std::byte, exchange_message_bytes> encode(const exchange_message& message) {
  const bool answers = message.what == exchange_kind::answer;
  const exchange_head head{.what = static_cast<std::uint8_t>(message.what),
                           .detail = answers ? static_cast<std::uint8_t>(message.use) : std::uint8_t{message.first},
                           .incarnation = message.incarnation,
                           .number = message.number,
                           .group = message.worker.group,
                           .index = message.worker.index,
                           .distance_bits = answers ? std::bit_cast<std::uint64_t>(message.distance) : 0,
                           .term = message.term};
  return std::bit_cast<std::array<std::byte, exchange_message_bytes>>(head);
}

std::optional<exchange_message> decode_exchange(std::span<const std::byte> bytes) {
  exchange_head head;
  if (bytes.size() != sizeof head)
    return std::nullopt;
  const exchange_head known;
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.magic != known.magic || head.version != known.version || !fits_its_kind(head))
    return std::nullopt;
  const auto what = static_cast<exchange_kind>(head.what);
  const bool answers = what == exchange_kind::answer;
  return exchange_message{.what = what,
                          .first = !answers && head.detail == 1,
                          .use = answers ? static_cast<answer_use>(head.detail) : answer_use::shift,
                          .incarnation = head.incarnation,
                          .number = head.number,
                          .worker = {head.group, head.index},
                          .distance = std::bit_cast<double>(head.distance_bits),
                          .term = head.term};
}

} // namespace paceline
