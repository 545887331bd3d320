#include "actors/contribution_rounds.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

constexpr worker_id a{0, 0}, b{0, 1}, c{1, 0};

std::vector<worker_id> who(const std::vector<contribution>& round) {
  std::vector<worker_id> workers;
  for (const auto& one : round)
    workers.push_back(one.worker);
  return workers;
}

using ids = std::vector<worker_id>;

} // namespace

TEST_CASE("the first contributions wait for all workers, later ones for nobody") {
  contribution_rounds rounds({a, b, c}, false, false);
  REQUIRE(rounds.add({.worker = c}).empty());
  REQUIRE(rounds.add({.worker = a}).empty());
  REQUIRE(who(rounds.add({.worker = b})) == ids{a, b, c});
  REQUIRE(who(rounds.add({.worker = b})) == ids{b});
  REQUIRE(who(rounds.add({.worker = b})) == ids{b});
}

TEST_CASE("a centre that is there already keeps nobody waiting") {
  contribution_rounds rounds({a, b}, false, true);
  REQUIRE(who(rounds.add({.worker = b})) == ids{b});
}

TEST_CASE("contributions of a barrier wait for each other every time, and are answered in order of workers") {
  contribution_rounds rounds({a, b, c}, true, true);
  for (int round = 0; round < 2; ++round) {
    REQUIRE(rounds.add({.worker = b}).empty());
    REQUIRE(rounds.add({.worker = c}).empty());
    REQUIRE(who(rounds.add({.worker = a})) == ids{a, b, c});
  }
}

TEST_CASE("who leaves is not waited for, and what it had given is forgotten") {
  contribution_rounds rounds({a, b, c}, true, true);
  REQUIRE(rounds.add({.worker = a}).empty());
  REQUIRE(rounds.add({.worker = b}).empty());
  REQUIRE(who(rounds.leave(c)) == ids{a, b});
  REQUIRE(rounds.add({.worker = a}).empty());
  REQUIRE(rounds.leave(a).empty());
  REQUIRE(who(rounds.add({.worker = b})) == ids{b});
}

TEST_CASE("a worker that is back is waited for again, and gives once in a round") {
  contribution_rounds rounds({a, b}, true, true);
  REQUIRE(rounds.leave(b).empty());
  REQUIRE(rounds.add({.worker = b, .number = 1}).empty());
  REQUIRE(rounds.add({.worker = b, .number = 2}).empty());
  const auto round = rounds.add({.worker = a});
  REQUIRE(who(round) == ids{a, b});
  REQUIRE(round[1].number == 2);
}

TEST_CASE("where everybody leaves there is nothing to answer") {
  contribution_rounds rounds({a}, true, false);
  REQUIRE(rounds.leave(a).empty());
}
