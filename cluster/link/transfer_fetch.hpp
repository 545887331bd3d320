#pragma once

#include "cluster/link/transfer_message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// Fetches one frame from a peer that may send anything: a pure state machine. Chunks are asked for a few at a time, so that what
/// is on its way is bounded, and come in the order in which they were asked for.
class transfer_fetch {
 public:
  /// Chunks on their way at once.
  static constexpr std::uint64_t credit = 4;

  enum class state { asking, receiving, done, nothing, failed };

  /// Wants what is newer than (term, decision). A frame longer than `longest_frame_bytes` is refused.
  transfer_fetch(std::uint64_t term, std::uint64_t decision, std::uint64_t longest_frame_bytes);

  /// What to say first; may be said again until there is an answer.
  transfer_message want() const;

  /// An answer came, with the data behind it; returns what to say now.
  std::vector<transfer_message> answered(const transfer_message& answer, std::span<const std::byte> data);

  state now() const { return state_; }

  /// Why it failed, in words for people.
  const std::string& problem() const { return problem_; }

  /// The frame. Requires now() == done; called once.
  std::vector<std::byte> take() { return std::move(frame_); }

 private:
  std::vector<transfer_message> begin(const transfer_message& offer);
  std::vector<transfer_message> add(const transfer_message& chunk, std::span<const std::byte> data);
  std::vector<transfer_message> ask_for_more();
  std::vector<transfer_message> fail(std::string problem);

  std::uint64_t term_;
  std::uint64_t decision_;
  std::uint64_t longest_frame_bytes_;
  state state_ = state::asking;
  transfer_message offer_;
  std::vector<std::byte> frame_;
  std::uint64_t asked_ = 0;
  std::uint64_t received_ = 0;
  std::string problem_;
};

} // namespace paceline
