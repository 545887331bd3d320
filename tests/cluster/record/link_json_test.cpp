#include "cluster/record/link_json.hpp"

#include "cluster/wire/snapshot_frame.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using nlohmann::json;

namespace {

/// Each counter with a number of its own.
link_counters some_counters() {
  link_counters counters{.messages_sent = 1,
                         .messages_received = 2,
                         .bytes_sent = 3,
                         .bytes_received = 4,
                         .snapshots_sent = 5,
                         .snapshots_received = 6,
                         .refused_messages = 7,
                         .refused_snapshots = {},
                         .failed_snapshots = 8,
                         .refused_connections = 9,
                         .dropped_messages = 10};
  for (auto& each : counters.refused_snapshots)
    each = static_cast<std::uint64_t>(&each - counters.refused_snapshots) + 11;
  return counters;
}

} // namespace

TEST_CASE("every counter of a link is written under a name of its own and read back") {
  const auto object = to_json(some_counters());
  REQUIRE(to_json(link_counters_from_json(object)) == object);
  std::uint64_t sum = 0;
  for (const auto& value : object)
    sum += value.is_number() ? value.get<std::uint64_t>() : 0;
  REQUIRE(sum == 55);
  REQUIRE(object["refused_snapshots"]["malformed"] == 11);
  REQUIRE(object["refused_snapshots"]["not_finite"] == 11 + static_cast<int>(frame_refusal::not_finite));
  REQUIRE(object["refused_snapshots"].size() == 6);
}

TEST_CASE("counters that are missing or no numbers are zero") {
  for (const auto* text :
       {"{}", R"({"bytes_sent":-1,"refused_snapshots":3})", R"({"refused_snapshots":{"stale":"x"}})"})
    REQUIRE(to_json(link_counters_from_json(json::parse(text))) == to_json(link_counters()));
}

TEST_CASE("what was refused is told in a few words, and nothing of what was not") {
  link_counters counters{.messages_sent = 5, .failed_snapshots = 1, .dropped_messages = 5};
  REQUIRE(refused_text(counters).empty());
  counters.refused_messages = 1;
  counters.refused_snapshots[0] = 1;
  counters.refused_snapshots[5] = 2;
  REQUIRE(refused_text(counters) == "0 connections, 1 message, 3 snapshots");
}
