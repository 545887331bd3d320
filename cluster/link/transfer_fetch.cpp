#include "cluster/link/transfer_fetch.hpp"

#include "cluster/link/transfer_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace paceline {

namespace {

using kind = transfer_message::kind;

std::uint64_t chunks_of(const transfer_message& offer) {
  return (offer.frame_bytes + offer.chunk_bytes - 1) / offer.chunk_bytes;
}

} // namespace

transfer_fetch::transfer_fetch(std::uint64_t term, std::uint64_t decision, std::uint64_t longest_frame_bytes)
  : term_(term), decision_(decision), longest_frame_bytes_(longest_frame_bytes) {}

transfer_message transfer_fetch::want() const {
  return {.what = kind::want, .term = term_, .decision = decision_};
}

std::vector<transfer_message> transfer_fetch::answered(const transfer_message& answer,
                                                       std::span<const std::byte> data) {
  switch (answer.what) {
    case kind::offer:
      // A second one answers a want that was said again.
      return state_ == state::asking ? begin(answer) : std::vector<transfer_message>{};
    case kind::nothing:
      if (state_ == state::asking)
        state_ = state::nothing;
      return {};
    case kind::chunk:
      return add(answer, data);
    case kind::gone:
      return fail("the peer does not hold the snapshot any more");
    case kind::want:
    case kind::ask:
      break;
  }
  return fail("the peer asks instead of answering");
}

std::vector<transfer_message> transfer_fetch::begin(const transfer_message& offer) {
  if (offer.frame_bytes == 0 || offer.frame_bytes > longest_frame_bytes_)
    return fail(
      fmt::format("a frame of {} bytes is offered, 1 to {} are possible", offer.frame_bytes, longest_frame_bytes_));
  if (offer.chunk_bytes == 0 || offer.chunk_bytes > longest_chunk_bytes)
    return fail(
      fmt::format("chunks of {} bytes are offered, 1 to {} are allowed", offer.chunk_bytes, longest_chunk_bytes));
  offer_ = offer;
  // Grows as data come: a mere offer takes no memory.
  state_ = state::receiving;
  return ask_for_more();
}

std::vector<transfer_message> transfer_fetch::add(const transfer_message& chunk, std::span<const std::byte> data) {
  if (state_ != state::receiving || chunk.term != offer_.term || chunk.decision != offer_.decision
      || chunk.chunk != received_)
    return fail("a chunk came that was not asked for");
  const auto expected = std::min(offer_.chunk_bytes, offer_.frame_bytes - frame_.size());
  if (data.size() != expected)
    return fail(fmt::format("chunk {} has {} bytes instead of {}", chunk.chunk, data.size(), expected));
  frame_.insert(frame_.end(), data.begin(), data.end());
  ++received_;
  if (frame_.size() == offer_.frame_bytes) {
    state_ = state::done;
    return {};
  }
  return ask_for_more();
}

std::vector<transfer_message> transfer_fetch::ask_for_more() {
  std::vector<transfer_message> asks;
  for (; asked_ < chunks_of(offer_) && asked_ < received_ + credit; ++asked_)
    asks.push_back({.what = kind::ask, .term = offer_.term, .decision = offer_.decision, .chunk = asked_});
  return asks;
}

std::vector<transfer_message> transfer_fetch::fail(std::string problem) {
  state_ = state::failed;
  problem_ = std::move(problem);
  frame_ = {};
  return {};
}

} // namespace paceline
