#pragma once

#include "cluster/link/exchange_message.hpp"
#include "cluster/link/link_settings.hpp"
#include "cluster/link/offer_frame.hpp"
#include "cluster/wire/snapshot_frame.hpp"
#include "messages/centre_exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace paceline {

// What a worker and its strategy's centre say to each other, as it travels between nodes: a head, and the values as a snapshot
// frame of the worker, always fp32.

using exchange_content = std::variant<contribution, centre_answer>;

/// No part of an exchange of this model is longer.
std::int64_t longest_exchange_part(const link_settings& settings);

/// The head as the node of these settings says it.
exchange_message head_of(const exchange_content& content, const link_settings& settings);

/// The values; nullptr where there are none, or any is not finite. Requires: as many as the slices have together.
frame_ptr encoded_values(const exchange_content& content, const link_settings& settings);

/// What a peer sent, or why it is refused.
struct decoded_exchange {
  std::optional<exchange_content> content;
  frame_refusal why = frame_refusal::malformed;
  /// One line for people; empty where there is a content.
  std::string problem;
};

/// Reads a frame from a peer that may send anything, as decode_snapshot does; there is none where there were no values.
decoded_exchange decode_values(const exchange_message& head, std::optional<std::span<const std::byte>> frame,
                               const link_settings& settings);

} // namespace paceline
