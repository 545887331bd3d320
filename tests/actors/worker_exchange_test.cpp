#include "actors/worker_exchange.hpp"

#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

struct exchanging_worker {
  std::shared_ptr<answer_slot> slot = std::make_shared<answer_slot>();
  worker_exchange exchange{{0, 1}, {.period = 4}, slot};

  std::int64_t give(std::uint64_t steps, std::chrono::nanoseconds now) {
    return exchange.give(steps, nullptr, now).number;
  }
  void answer(std::int64_t number, answer_use use = answer_use::shift) {
    slot->put({.worker = {0, 1}, .number = number, .use = use});
  }
};

} // namespace

TEST_CASE("a worker gives before its first step and then every whole period") {
  exchanging_worker worker;
  REQUIRE(worker.exchange.due(0));
  for (std::uint64_t steps = 0; steps <= 12; ++steps) {
    REQUIRE(worker.exchange.due(steps) == (steps % 4 == 0));
    if (steps % 4 == 0) {
      worker.answer(worker.give(steps, std::chrono::nanoseconds(steps + 1)));
      REQUIRE(worker.exchange.take(answer_use::shift));
    }
  }
}

TEST_CASE("nothing is given while an exchange is under way, and the next one is made up for") {
  exchanging_worker worker;
  const auto number = worker.give(0, 1ns);
  REQUIRE_FALSE(worker.exchange.due(4));
  REQUIRE(worker.exchange.unanswered()->number == number);
  worker.answer(number);
  REQUIRE(worker.exchange.take(answer_use::shift));
  REQUIRE(worker.exchange.unanswered() == nullptr);
  REQUIRE(worker.exchange.due(5));
}

TEST_CASE("an answer to something else is none, and one of another use waits") {
  exchanging_worker worker;
  const auto number = worker.give(0, 7ns);
  worker.answer(number - 1);
  REQUIRE_FALSE(worker.exchange.answered());
  worker.answer(number, answer_use::replace);
  REQUIRE_FALSE(worker.exchange.take(answer_use::shift));
  REQUIRE(worker.exchange.answered());
  REQUIRE(worker.exchange.take(answer_use::replace));
  REQUIRE_FALSE(worker.exchange.answered());
}

TEST_CASE("the first contribution says so, also after a restart, and not after a resume") {
  exchanging_worker worker;
  REQUIRE(worker.exchange.give(0, nullptr, 1ns).first);
  worker.answer(1);
  worker.exchange.take(answer_use::shift);
  REQUIRE_FALSE(worker.exchange.give(4, nullptr, 2ns).first);
  worker.exchange.begin();
  REQUIRE(worker.exchange.due(6));
  REQUIRE(worker.exchange.give(6, nullptr, 3ns).first);
  worker.exchange.go_on(12);
  REQUIRE_FALSE(worker.exchange.due(9));
  REQUIRE(worker.exchange.due(12));
  REQUIRE_FALSE(worker.exchange.give(12, nullptr, 4ns).first);
}

TEST_CASE("an exchange that is under way is still to be made by who goes on from here") {
  exchanging_worker worker;
  REQUIRE_FALSE(worker.exchange.next_at());
  worker.give(0, 5ns);
  REQUIRE_FALSE(worker.exchange.next_at());
  worker.answer(5);
  worker.exchange.take(answer_use::shift);
  REQUIRE(worker.exchange.next_at() == 4u);
  REQUIRE(worker.exchange.last_answered() == 5);
  worker.give(6, 9ns);
  REQUIRE(worker.exchange.next_at() == 6u);
  REQUIRE(worker.exchange.last_answered() == 5);
  worker.answer(9);
  worker.exchange.take(answer_use::shift);
  REQUIRE(worker.exchange.next_at() == 8u);
}

TEST_CASE("an exchange is told of with the time that its answer took to be put to use") {
  exchanging_worker worker;
  worker.answer(worker.give(4, 10ns));
  const auto answer = worker.exchange.take(answer_use::shift);
  const auto told = worker.exchange.told(*answer, 5, 25ns);
  REQUIRE(told.worker == worker_id{0, 1});
  REQUIRE(told.steps == 5);
  REQUIRE(told.age == 15ns);
}
