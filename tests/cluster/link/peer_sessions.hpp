#pragma once

#include "cluster/link/peer_session.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <cstdint>
#include <string>

/// Sessions as tests of peer_session begin with them.
namespace paceline::testing {

using namespace std::chrono_literals;

using time_point = peer_session::time_point;

inline constexpr std::chrono::milliseconds patience = 2s;

inline hello hello_of(const std::string& node, std::uint64_t incarnation, std::chrono::nanoseconds up_for = 0s) {
  return {.version = 1,
          .node = node,
          .incarnation = incarnation,
          .config = R"({"seed":1})",
          .fingerprint = 7,
          .up_for = up_for};
}

/// Node a's view of node b.
inline peer_session session_of_b(time_point started = {}) {
  return {hello_of("a", 1), {.name = "b", .control = "tcp://b:1"}, patience, started};
}

/// The session after b has joined as incarnation 2 by route "r", at time `now`.
inline peer_session joined_b(time_point now = {}) {
  auto session = session_of_b(now);
  session.heard_hello("r", hello_of("b", 2), now);
  session.answered(welcome{"b", 2}, now);
  REQUIRE(session.joined() == 2u);
  return session;
}

inline node_state state_of_b(std::uint64_t incarnation = 2) {
  return {.node = "b", .incarnation = incarnation};
}

} // namespace paceline::testing
