#include "actors/centre_gate.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

constexpr worker_id one{0, 0}, other{0, 1};

contribution given(worker_id worker, std::int64_t number, bool first = false) {
  return {.worker = worker, .number = number, .first = first, .values = nullptr};
}

} // namespace

TEST_CASE("a contribution is said again while it has no answer, each time after twice as long up to a bound") {
  centre_gate gate(2s);
  gate.move(1, 0s);
  gate.give(given(one, 1), 0s);
  REQUIRE(gate.due(1s).empty());
  REQUIRE(gate.due(2s).size() == 1);
  REQUIRE(gate.due(5s).empty());
  REQUIRE(gate.due(6s).size() == 1);
  REQUIRE(gate.due(13s).empty());
  REQUIRE(gate.due(14s).front().number == 1);
  for (const auto at : {30s, 62s, 94s, 126s})
    REQUIRE(gate.due(at).size() == 1);
  REQUIRE(gate.answered({.worker = one, .number = 1, .term = 1}));
  REQUIRE(gate.due(1h).empty());
}

TEST_CASE("only the answer to a worker's newest contribution is handed on, and once") {
  centre_gate gate(2s);
  gate.move(3, 0s);
  gate.give(given(one, 1), 0s);
  gate.give(given(one, 2), 1s);
  REQUIRE_FALSE(gate.answered({.worker = one, .number = 1, .term = 3}));
  REQUIRE_FALSE(gate.answered({.worker = other, .number = 2, .term = 3}));
  REQUIRE(gate.answered({.worker = one, .number = 2, .term = 3}));
  REQUIRE_FALSE(gate.answered({.worker = one, .number = 2, .term = 3}));
}

TEST_CASE("who has no answer of the centre as it is now gives as one that has just begun") {
  centre_gate gate(2s);
  // Resumed: it has one of a centre that is no more.
  gate.give(given(one, 1), 0s);
  const auto first = gate.move(3, 1s);
  REQUIRE(first.size() == 1);
  REQUIRE(first.front().first);
  REQUIRE(first.front().term == 3);
  REQUIRE(gate.answered({.worker = one, .number = 1, .term = 3}));
  REQUIRE_FALSE(gate.give(given(one, 2), 2s).first);
  // The same term is the same centre, and what was on its way may be lost.
  REQUIRE_FALSE(gate.move(3, 2s).front().first);
  const auto again = gate.move(4, 3s);
  REQUIRE(again.size() == 1);
  REQUIRE(again.front().first);
  REQUIRE(again.front().number == 2);
  REQUIRE(again.front().term == 4);
}

TEST_CASE("the answer of a centre that is no more is none") {
  centre_gate gate(2s);
  gate.move(3, 0s);
  gate.give(given(one, 7), 1s);
  gate.move(4, 2s);
  REQUIRE_FALSE(gate.answered({.worker = one, .number = 7, .term = 3}));
  REQUIRE(gate.answered({.worker = one, .number = 7, .term = 4}));
}

TEST_CASE("who has left gives nothing that is said again, until it gives once more") {
  centre_gate gate(2s);
  gate.give(given(one, 1), 0s);
  gate.leave(one);
  REQUIRE(gate.left().contains(one));
  REQUIRE(gate.due(1h).empty());
  gate.give(given(one, 2, true), 5s);
  REQUIRE(gate.left().empty());
}

TEST_CASE("what is given up is waited for no more") {
  centre_gate gate(2s);
  gate.give(given(one, 1), 0s);
  gate.give(given(other, 2), 0s);
  REQUIRE(gate.give_up().size() == 2);
  REQUIRE(gate.due(1h).empty());
  REQUIRE_FALSE(gate.answered({.worker = one, .number = 1}));
}
