// What comes on the transfer plane is refused or read, and whatever a peer says in whatever order: a fetch asks within its credit
// and ends with the frame that was offered or with words, and a source gives nothing but parts of its frame. The input is messages
// one behind the other, each with the length of its data in a byte, and the data.
#include "cluster/link/transfer_fetch.hpp"
#include "cluster/link/transfer_source.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

using namespace paceline;

namespace {

constexpr std::uint64_t longest_frame_bytes = 1024;

struct said {
  transfer_message head;
  std::span<const std::byte> data;
};

/// Takes the next message off the input; empty at its end, and where the message is refused.
std::optional<said> next(std::span<const std::byte>& input) {
  const auto head = input.first(std::min(input.size(), transfer_message_bytes));
  const auto message = decode_transfer(head);
  if (!message)
    return std::nullopt;
  promise(std::ranges::equal(encode(*message), head), "a decoded message is the same when written again");
  input = input.subspan(head.size());
  const auto length = input.empty() ? 0 : std::min(static_cast<std::size_t>(input[0]), input.size() - 1);
  const auto data = input.empty() ? input : input.subspan(1, length);
  input = input.subspan(input.empty() ? 0 : 1 + length);
  return said{*message, data};
}

/// As the link does: until the fetch is over.
void fetch_from(std::span<const std::byte> input) {
  using state = transfer_fetch::state;
  transfer_fetch fetch(1, 1, longest_frame_bytes);
  std::optional<transfer_message> offered;
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  while (fetch.now() == state::asking || fetch.now() == state::receiving) {
    const auto answer = next(input);
    if (!answer)
      return;
    const bool asking = fetch.now() == state::asking;
    const auto asks = fetch.answered(answer->head, answer->data);
    if (asking && fetch.now() == state::receiving)
      offered = answer->head;
    else if (fetch.now() != state::failed && answer->head.what == transfer_message::kind::chunk)
      ++answered;
    for (const auto& ask : asks) {
      promise(ask.what == transfer_message::kind::ask && ask.chunk == asked++, "chunks are asked for in order");
      promise(offered && ask.chunk * offered->chunk_bytes < offered->frame_bytes, "only what was offered is asked for");
    }
    promise(asked - answered <= transfer_fetch::credit, "no more is on its way than the credit");
    promise((fetch.now() == state::failed) == !fetch.problem().empty(), "a fetch that failed says why");
  }
  if (fetch.now() == state::done)
    promise(offered && fetch.take().size() == offered->frame_bytes && offered->frame_bytes <= longest_frame_bytes,
            "a fetched frame is as long as was offered");
}

void ask_source(std::span<const std::byte> input) {
  // Its last chunk is a short one.
  static const auto frame = std::make_shared<const std::vector<std::byte>>(2 * chunk_bytes + 5);
  transfer_source source(std::chrono::seconds(1));
  source.hold({.term = 1, .decision = 2, .frame = frame}, {});
  while (const auto asked = next(input)) {
    const auto offer = source.offer(asked->head, {});
    promise(offer.what == transfer_message::kind::nothing || offer.frame_bytes == frame->size(),
            "the frame that is held is offered, or nothing");
    const auto piece = source.give(asked->head, {});
    promise((piece.head.what == transfer_message::kind::gone) == piece.data.empty(), "data follow a chunk alone");
    promise(piece.data.size() <= chunk_bytes, "a chunk is no longer than was offered");
    if (!piece.data.empty())
      promise(piece.data.data() >= frame->data() && &piece.data.back() <= &frame->back(), "a chunk is of the frame");
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = as_bytes(data, size);
  fetch_from(bytes);
  ask_source(bytes);
  return 0;
}
