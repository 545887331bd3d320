#include "actors/known_steps.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

const std::vector<std::string> nodes{"a", "b", "c", "d"};

node_state state_of(const std::string& node, std::uint64_t steps, std::vector<node_state::known_steps> others = {}) {
  return {.node = node, .steps = steps, .others = std::move(others)};
}

} // namespace

TEST_CASE("what is known of another node's steps never falls, and comes at second hand as well") {
  known_steps a("a", 0, nodes);
  a.hear(state_of("b", 50, {{"c", 7}}), 0);
  a.hear(state_of("b", 40, {{"c", 9}, {"d", 1}}), 0);
  REQUIRE(a.elsewhere() == 50 + 9 + 1);
  REQUIRE(a.others().size() == 3);
  REQUIRE(a.own(3) == 3);
}

TEST_CASE("a restarted node counts on from what the others know of it") {
  known_steps a("a", 0, nodes);
  // It made 5 steps before it heard of them.
  a.hear(state_of("b", 50, {{"a", 500}}), 5);
  REQUIRE(a.own(5) == 505);
  REQUIRE(a.elsewhere() == 550);
  // What it has told meanwhile comes back to it and is nothing new.
  a.hear(state_of("b", 50, {{"a", 505}}), 8);
  REQUIRE(a.own(8) == 508);
  // Somebody has heard more of the earlier incarnation.
  a.hear(state_of("c", 0, {{"a", 520}}), 10);
  REQUIRE(a.own(10) == 530);
}

TEST_CASE("a node that is resumed from a checkpoint counts what was made after it, too") {
  known_steps a("a", 400, nodes);
  a.hear(state_of("b", 0, {{"a", 500}}), 410);
  REQUIRE(a.own(410) == 510);
  REQUIRE(a.elsewhere() == 100);
}

TEST_CASE("steps of nodes that there are not count for nothing") {
  known_steps a("a", 0, nodes);
  a.hear(state_of("b", 50, {{"x", 1'000'000}}), 0);
  REQUIRE(a.elsewhere() == 50);
  REQUIRE(a.others().size() == 1);
}
