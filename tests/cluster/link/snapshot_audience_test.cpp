#include "cluster/link/snapshot_audience.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using routes = std::vector<std::string>;

TEST_CASE("a credit survives its way, and anything else is refused") {
  const frame_credit credit{.received = 0x0123'4567'89AB'CDEF};
  const auto bytes = encode(credit);
  REQUIRE(bytes[0] == std::byte{'P'});
  REQUIRE(bytes[3] == std::byte{'R'});
  REQUIRE(bytes[8] == std::byte{0xEF});
  REQUIRE(decode_credit(bytes) == credit);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    REQUIRE_FALSE(decode_credit(std::span(bytes).first(length)));
  for (std::size_t i = 0; i < 8; ++i) {
    auto wrong = bytes;
    wrong[i] ^= std::byte{0x80};
    REQUIRE_FALSE(decode_credit(wrong));
  }
}

TEST_CASE("a subscriber gets each frame that is published after its first credit, for one credit each") {
  snapshot_audience audience(4);
  audience.published();
  audience.heard("a", {0});
  REQUIRE(audience.due().empty());
  REQUIRE_FALSE(audience.wants_newest());
  audience.published();
  REQUIRE(audience.due() == routes{"a"});
  audience.sent("a");
  REQUIRE(audience.due().empty());
  REQUIRE_FALSE(audience.wants_newest());
  audience.heard("a", {1});
  REQUIRE(audience.due().empty());
  audience.published();
  REQUIRE(audience.due() == routes{"a"});
}

TEST_CASE("a subscriber that is slow gets the newest frame once it is done with the last, and no frame twice") {
  snapshot_audience audience(4);
  audience.heard("slow", {0});
  audience.heard("fast", {0});
  std::uint64_t fast = 0;
  for (int i = 0; i < 5; ++i) {
    audience.published();
    REQUIRE(audience.due() == (i == 0 ? routes{"slow", "fast"} : routes{"fast"}));
    if (i == 0)
      audience.sent("slow");
    audience.sent("fast");
    audience.heard("fast", {++fast});
  }
  REQUIRE(audience.wants_newest());
  audience.heard("slow", {1});
  REQUIRE(audience.due() == routes{"slow"});
  audience.sent("slow");
  audience.heard("slow", {2});
  REQUIRE(audience.due().empty());
  REQUIRE_FALSE(audience.wants_newest());
}

TEST_CASE("a credit that is said again while a frame is on its way calls for no other frame") {
  snapshot_audience audience(4);
  audience.heard("a", {0});
  audience.published();
  audience.sent("a");
  audience.published();
  audience.heard("a", {0});
  REQUIRE(audience.due().empty());
  audience.heard("a", {1});
  REQUIRE(audience.due() == routes{"a"});
}

TEST_CASE("a connection's first credit counts what came over those before it, and later ones go on from there") {
  snapshot_audience audience(4);
  audience.heard("b", {57});
  audience.published();
  REQUIRE(audience.due() == routes{"b"});
  audience.sent("b");
  audience.published();
  REQUIRE(audience.due().empty());
  audience.heard("b", {58});
  REQUIRE(audience.due() == routes{"b"});
}

TEST_CASE("a frame that is withdrawn goes to nobody, and the next one to all who have credit") {
  snapshot_audience audience(4);
  audience.heard("a", {0});
  audience.published();
  audience.withdraw();
  REQUIRE(audience.due().empty());
  REQUIRE_FALSE(audience.wants_newest());
  audience.published();
  REQUIRE(audience.due() == routes{"a"});
}

TEST_CASE(
  "subscribers that are gone or too many are forgotten, and one that was forgotten goes on with its next credit") {
  snapshot_audience audience(2);
  audience.heard("a", {0});
  audience.heard("b", {0});
  audience.heard("a", {0});
  audience.heard("c", {0});
  audience.published();
  REQUIRE(audience.due() == routes{"a", "c"});
  audience.gone("c");
  audience.heard("b", {7});
  REQUIRE(audience.due() == routes{"a"});
  audience.published();
  REQUIRE(audience.due() == routes{"a", "b"});
  audience.sent("b");
  audience.heard("b", {8});
  audience.published();
  REQUIRE(audience.due() == routes{"a", "b"});
}
