#pragma once

#include "messages/centre_exchange.hpp"
#include "messages/ids.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace paceline {

/// The head of what a worker and its strategy's centre say to each other between nodes: a contribution or an answer without its
/// values, which follow as a snapshot frame where there are any.
struct exchange_message {
  enum class kind : std::uint8_t { contribution = 1, answer };
  kind what = kind::contribution;
  /// In a contribution (contribution::first).
  bool first = false;
  /// In an answer (centre_answer::use).
  answer_use use = answer_use::shift;
  /// Of the node that says it.
  std::uint64_t incarnation = 0;
  std::int64_t number = 0;
  worker_id worker;
  /// In an answer (centre_answer::distance).
  double distance = 0;
  std::uint64_t term = 0;
};

inline constexpr std::size_t exchange_message_bytes = 48;

/// Little-endian: magic, version, kind and first or use in eight bytes, then the numbers in the order above. What the kind does not
/// have is zero.
std::array<std::byte, exchange_message_bytes> encode(const exchange_message& message);

/// Empty for what encode did not write.
std::optional<exchange_message> decode_exchange(std::span<const std::byte> bytes);

} // namespace paceline
