#include "cluster/link/exchange_message.hpp"

#include "tests/catch.hpp"

#include <bit>
#include <limits>

using namespace paceline;

namespace {

using exchange_kind = exchange_message::kind;

exchange_message largest_exchange() {
  return {.what = exchange_kind::answer,
          .use = answer_use::none,
          .incarnation = ~0ull,
          .number = std::numeric_limits<std::int64_t>::min(),
          .worker = {~0u, ~0u - 1},
          .distance = -std::numeric_limits<double>::quiet_NaN(),
          .term = ~0ull - 7};
}

void require_same_after_its_way(const exchange_message& message) {
  const auto read = decode_exchange(encode(message));
  REQUIRE(read);
  REQUIRE(read->what == message.what);
  REQUIRE(read->first == message.first);
  REQUIRE(read->use == message.use);
  REQUIRE(read->incarnation == message.incarnation);
  REQUIRE(read->number == message.number);
  REQUIRE(read->worker == message.worker);
  REQUIRE(read->term == message.term);
  REQUIRE(std::bit_cast<std::uint64_t>(read->distance) == std::bit_cast<std::uint64_t>(message.distance));
}

} // namespace

TEST_CASE("the head of an exchange survives its way, every bit of it") {
  require_same_after_its_way({});
  for (const bool first : {false, true})
    require_same_after_its_way(
      {.what = exchange_kind::contribution, .first = first, .incarnation = 1, .number = -2, .worker = {3, 4}});
  auto answer = largest_exchange();
  for (const auto use : {answer_use::shift, answer_use::replace, answer_use::gradient, answer_use::none}) {
    answer.use = use;
    require_same_after_its_way(answer);
  }
}

TEST_CASE("the head of an exchange lies in its bytes as the wire format says") {
  const auto bytes = encode(exchange_message{.what = exchange_kind::answer,
                                             .use = answer_use::replace,
                                             .incarnation = 2,
                                             .number = 3,
                                             .worker = {4, 5},
                                             .distance = 1.0,
                                             .term = 6});
  std::array<std::byte, exchange_message_bytes> expected{};
  const auto put = [&](std::size_t at, int value) { expected[at] = static_cast<std::byte>(value); };
  put(0, 'P');
  put(1, 'L');
  put(2, 'E');
  put(3, 'X');
  put(4, 1);
  put(6, 2);
  put(7, 1);
  put(8, 2);
  put(16, 3);
  put(24, 4);
  put(28, 5);
  put(38, 0xF0);
  put(39, 0x3F);
  put(40, 6);
  REQUIRE(bytes == expected);
}

TEST_CASE("what is no head of an exchange is refused") {
  const auto bytes = encode(largest_exchange());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    REQUIRE_FALSE(decode_exchange(std::span(bytes).first(length)));
  std::array<std::byte, exchange_message_bytes + 1> longer{};
  std::copy(bytes.begin(), bytes.end(), longer.begin());
  REQUIRE_FALSE(decode_exchange(longer));
  const auto refuses = [&](exchange_message message, std::size_t at, int value) {
    auto wrong = encode(message);
    wrong[at] = static_cast<std::byte>(value);
    return !decode_exchange(wrong);
  };
  // Magic, version, kind.
  for (const std::size_t at : {0u, 1u, 2u, 3u, 4u, 5u, 6u})
    REQUIRE(refuses(largest_exchange(), at, 0x80));
  REQUIRE(refuses(largest_exchange(), 6, 0));
  REQUIRE(refuses(largest_exchange(), 6, 3));
  // A use that nobody knows, a first that is neither, a distance where there is none.
  REQUIRE(refuses(largest_exchange(), 7, 4));
  REQUIRE(refuses({}, 7, 2));
  REQUIRE(refuses({}, 32, 1));
}
