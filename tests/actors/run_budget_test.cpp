#include "actors/run_budget.hpp"

#include "tests/catch.hpp"

#include <memory>

using namespace paceline;

namespace {

std::shared_ptr<const run_clock> any_clock() {
  return std::make_shared<run_clock>();
}

} // namespace

TEST_CASE("steps that are made elsewhere count, and their number never falls") {
  run_budget budget({.total_steps = 10}, any_clock(), 2);
  budget.note_elsewhere(5);
  REQUIRE(budget.used() == 0.7);
  budget.note_elsewhere(3);
  REQUIRE(budget.used() == 0.7);
  for (int i = 0; i < 3; ++i)
    REQUIRE(budget.claim());
  REQUIRE(budget.exhausted());
  REQUIRE_FALSE(budget.claim());
  REQUIRE(budget.claimed() == 5);
}

TEST_CASE("a budget that the others have used up ends here too") {
  run_budget budget({.total_steps = 10}, any_clock());
  REQUIRE_FALSE(budget.exhausted());
  budget.note_elsewhere(12);
  REQUIRE(budget.exhausted());
  REQUIRE_FALSE(budget.claim());
  REQUIRE(budget.used() == 1.0);
}

TEST_CASE("a cancelled budget is exhausted, whatever is left of it") {
  run_budget budget({.total_steps = 10}, any_clock());
  budget.cancel();
  REQUIRE(budget.exhausted());
}
