#include "actors/run_state.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("a worker that does not know the centre's last answer to it goes on as one who has none") {
  run_state state;
  state.workers.resize(4);
  for (std::uint32_t i = 0; i < 4; ++i) {
    state.workers[i].id = {0, i};
    state.workers[i].next_exchange = 8;
  }
  state.workers[0].last_answered = 5;
  state.workers[1].last_answered = 5;
  state.centre = {.parameters = {1}, .answered = {{{0, 0}, 5}, {{0, 1}, 7}, {{0, 2}, 3}}};
  align_exchanges(state);
  REQUIRE(state.workers[0].next_exchange == 8u);
  REQUIRE_FALSE(state.workers[1].next_exchange);
  REQUIRE_FALSE(state.workers[2].next_exchange);
  // Neither has heard of the other since both went on from a checkpoint.
  REQUIRE(state.workers[3].next_exchange == 8u);
}

TEST_CASE("before the centre is there nobody has an answer of it") {
  run_state state;
  state.workers.resize(1);
  state.workers[0].next_exchange = 8;
  state.centre.emplace();
  align_exchanges(state);
  REQUIRE_FALSE(state.workers[0].next_exchange);
}
