#pragma once

#include "cluster/link/offer_frame.hpp"
#include "cluster/link/transfer_message.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

namespace paceline {

/// A frame is handed out in pieces of so many bytes, and taken in pieces of at most so many.
inline constexpr std::uint64_t chunk_bytes = 4 << 20;
inline constexpr std::uint64_t longest_chunk_bytes = 16 << 20;

/// The newest snapshot as it is handed out: holds at most one frame, and only while somebody fetches it. Pure; remembers nothing
/// of who asks, so askers may come and go as they like.
class transfer_source {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The frame is dropped when nobody asked for so long.
  explicit transfer_source(std::chrono::milliseconds kept_for) : kept_for_(kept_for) {}

  bool holds_frame() const { return held_.frame != nullptr; }

  /// Holds this one from now on; one without a frame says that there is none.
  void hold(offer_frame newest, time_point now);

  /// The answer to a want by what is held: an offer, or nothing.
  transfer_message offer(const transfer_message& want, time_point now);

  /// The answer to an ask.
  struct piece {
    transfer_message head;
    /// Part of frame(); empty where the frame is gone.
    std::span<const std::byte> data;
  };
  piece give(const transfer_message& ask, time_point now);

  const frame_ptr& frame() const { return held_.frame; }

  /// Drops the frame where it was not asked for lately.
  void tick(time_point now);

 private:
  std::chrono::milliseconds kept_for_;
  offer_frame held_;
  time_point last_asked_{};
};

} // namespace paceline
