#include "cluster/link/transfer_fetch.hpp"
#include "cluster/link/transfer_source.hpp"

#include "compute/counter_random.hpp"
#include "tests/catch.hpp"

#include <deque>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

using kind = transfer_message::kind;

offer_frame frame_of(std::size_t bytes) {
  auto content = std::make_shared<std::vector<std::byte>>(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    (*content)[i] = static_cast<std::byte>(i * 31 >> 3);
  return {.term = 2, .decision = 5, .frame = content};
}

/// Lets a fetch ask a source until it is over; returns the most chunks that were on their way at once.
std::size_t run(transfer_fetch& fetch, transfer_source& source) {
  std::deque<transfer_message> asked;
  std::size_t most = 0;
  const auto ask = [&](const std::vector<transfer_message>& more) {
    asked.insert(asked.end(), more.begin(), more.end());
  };
  ask(fetch.answered(source.offer(fetch.want(), {}), {}));
  while (!asked.empty()) {
    most = std::max(most, asked.size());
    const auto piece = source.give(asked.front(), {});
    asked.pop_front();
    ask(fetch.answered(piece.head, piece.data));
  }
  return most;
}

} // namespace

TEST_CASE("a transfer message survives its way, and anything else is refused") {
  for (const auto what : {kind::want, kind::offer, kind::nothing, kind::ask, kind::chunk, kind::gone}) {
    const transfer_message message{
      .what = what, .term = 1, .decision = ~0ull, .frame_bytes = 3, .chunk_bytes = 4, .chunk = 5};
    const auto bytes = encode(message);
    REQUIRE(decode_transfer(bytes) == message);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      REQUIRE_FALSE(decode_transfer(std::span(bytes).first(length)));
    for (std::size_t i = 0; i < 8; ++i) {
      auto wrong = bytes;
      wrong[i] ^= std::byte{0x80};
      REQUIRE_FALSE(decode_transfer(wrong));
    }
  }
}

TEST_CASE("a frame of any length comes over in chunks, byte for byte, with few on their way at once") {
  for (const std::size_t bytes : {std::size_t{1}, chunk_bytes - 1, chunk_bytes, chunk_bytes + 1, 7 * chunk_bytes}) {
    transfer_source source(2s);
    const auto sent = frame_of(bytes);
    source.hold(sent, {});
    transfer_fetch fetch(0, 0, 8 * chunk_bytes);
    REQUIRE(run(fetch, source) <= transfer_fetch::credit);
    REQUIRE(fetch.now() == transfer_fetch::state::done);
    REQUIRE(fetch.take() == *sent.frame);
  }
}

TEST_CASE("who has the newest snapshot already, or asks where there is none, gets nothing") {
  transfer_source source(2s);
  transfer_fetch of_nobody(0, 0, 100);
  run(of_nobody, source);
  REQUIRE(of_nobody.now() == transfer_fetch::state::nothing);
  source.hold(frame_of(10), {});
  for (const auto& [term, decision] : {std::pair(2, 5), std::pair(2, 6), std::pair(3, 0)}) {
    transfer_fetch fetch(term, decision, 100);
    run(fetch, source);
    REQUIRE(fetch.now() == transfer_fetch::state::nothing);
  }
}

TEST_CASE("a source holds its frame while it is asked for, and says so when it is gone") {
  using time_point = transfer_source::time_point;
  transfer_source source(2s);
  source.hold(frame_of(10), {});
  const transfer_message ask{.what = kind::ask, .term = 2, .decision = 5};
  source.give(ask, time_point(1500ms));
  source.tick(time_point(3s));
  REQUIRE(source.holds_frame());
  source.tick(time_point(3500ms));
  REQUIRE_FALSE(source.holds_frame());
  REQUIRE(source.give(ask, {}).head.what == kind::gone);
}

TEST_CASE("an ask beyond the frame, or for another one, gives no data") {
  transfer_source source(2s);
  source.hold(frame_of(chunk_bytes), {});
  const auto asked_for = [&](transfer_message ask) { return source.give(ask, {}); };
  REQUIRE(asked_for({.what = kind::ask, .term = 2, .decision = 5, .chunk = ~0ull}).head.what == kind::gone);
  REQUIRE(asked_for({.what = kind::ask, .term = 2, .decision = 5, .chunk = 2}).head.what == kind::gone);
  REQUIRE(asked_for({.what = kind::ask, .term = 2, .decision = 5, .chunk = 1}).data.empty());
  REQUIRE(asked_for({.what = kind::ask, .term = 2, .decision = 4}).head.what == kind::gone);
}

TEST_CASE("a fetch does not believe its peer: what does not fit ends it") {
  const transfer_message offer{.what = kind::offer, .term = 1, .decision = 1, .frame_bytes = 10, .chunk_bytes = 4};
  const std::vector<std::byte> data(4);
  const auto after_offer = [](const transfer_message& what) {
    transfer_fetch fetch(0, 0, 10);
    fetch.answered(what, {});
    return fetch;
  };
  auto too_long = offer;
  too_long.frame_bytes = 11;
  REQUIRE(after_offer(too_long).now() == transfer_fetch::state::failed);
  auto no_chunks = offer;
  no_chunks.chunk_bytes = 0;
  REQUIRE(after_offer(no_chunks).now() == transfer_fetch::state::failed);
  REQUIRE(after_offer({.what = kind::ask}).now() == transfer_fetch::state::failed);
  REQUIRE(after_offer({.what = kind::chunk}).now() == transfer_fetch::state::failed);

  const transfer_message first{.what = kind::chunk, .term = 1, .decision = 1, .chunk = 0};
  auto twice = after_offer(offer);
  twice.answered(first, data);
  REQUIRE(twice.now() == transfer_fetch::state::receiving);
  twice.answered(first, data);
  REQUIRE(twice.now() == transfer_fetch::state::failed);
  auto short_one = after_offer(offer);
  short_one.answered(first, std::span(data).first(3));
  REQUIRE(short_one.now() == transfer_fetch::state::failed);
  auto gone = after_offer(offer);
  gone.answered({.what = kind::gone}, {});
  REQUIRE(gone.now() == transfer_fetch::state::failed);
}
