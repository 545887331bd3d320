#include "cluster/link/peer_session.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/link/peer_sessions.hpp"

#include <optional>
#include <variant>

using namespace paceline;
using namespace paceline::testing;
using namespace std::chrono_literals;

TEST_CASE("a new incarnation joins after the old one is lost, never beside it") {
  auto session = joined_b();
  const auto early = session.heard_hello("s", hello_of("b", 3), time_point(500ms));
  REQUIRE(std::get<refusal>(*early.reply).why == refusal::cause::name_taken);
  REQUIRE(early.refused_message);
  REQUIRE(session.joined() == 2u);
  REQUIRE(session.tick(time_point(1s)).lost->incarnation == 2);
  REQUIRE(std::holds_alternative<welcome>(*session.heard_hello("s", hello_of("b", 3), time_point(1s)).reply));
  REQUIRE(session.answered(welcome{"b", 3}, time_point(1s)).joined == 3u);
}

TEST_CASE("while one answers at the peer's address another of its name is refused, and no longer") {
  auto session = session_of_b();
  session.answered(welcome{"b", 2}, {});
  const auto impostor = session.heard_hello("x", hello_of("b", 9), time_point(999ms));
  REQUIRE(std::get<refusal>(*impostor.reply).why == refusal::cause::name_taken);
  REQUIRE(session.route().empty());
  REQUIRE(session.heard_hello("r", hello_of("b", 2), time_point(999ms)).joined == 2u);

  auto slept = session_of_b();
  slept.answered(welcome{"b", 2}, {});
  slept.slept(3s, time_point(3500ms));
  REQUIRE(std::holds_alternative<refusal>(*slept.heard_hello("x", hello_of("b", 9), time_point(3500ms)).reply));

  auto silent = session_of_b();
  silent.answered(welcome{"b", 2}, {});
  REQUIRE(std::holds_alternative<welcome>(*silent.heard_hello("r", hello_of("b", 3), time_point(1s)).reply));
  REQUIRE(silent.answered(welcome{"b", 3}, time_point(1s)).joined == 3u);
}

TEST_CASE("two nodes find each other though a third has the name of one, and says so all the time") {
  auto a = session_of_b();
  peer_session b(hello_of("b", 2), {.name = "a", .control = "tcp://a:1"}, patience, {});
  const auto said_to_b = [&](const session_actions& by_a, time_point now) {
    if (by_a.greet)
      a.answered(*b.heard_hello("from a", *by_a.greet, now).reply, now);
  };
  // The impostor's hello comes to a after that of b, and before b has welcomed a: b has joined, and a has not.
  const auto to_b = a.heard_hello("from b", hello_of("b", 2), {});
  const auto to_a = b.heard_hello("from a", hello_of("a", 1), {});
  REQUIRE(b.answered(*to_b.reply, {}).joined);
  a.heard_hello("x", hello_of("b", 9), {});
  REQUIRE_FALSE(a.answered(*to_a.reply, {}).joined);

  auto at = 10ms;
  for (; at < 4s && !(a.joined() == 2u && b.joined() == 1u); at += 10ms) {
    const time_point now(at);
    a.heard_hello("x", hello_of("b", 9), now);
    said_to_b(a.tick(now), now);
    if (const auto by_b = b.tick(now); by_b.greet) {
      const auto by_a = a.heard_hello("from b", *by_b.greet, now);
      b.answered(*by_a.reply, now);
      said_to_b(by_a, now);
    }
  }
  REQUIRE(at < 2s);
}

TEST_CASE("when a new incarnation answers at the peer's address the old one is lost first") {
  auto session = joined_b();
  const auto actions = session.answered(welcome{"b", 3}, time_point(1ms));
  REQUIRE(actions.lost->incarnation == 2);
  REQUIRE_FALSE(actions.joined);
  REQUIRE(session.heard_hello("s", hello_of("b", 3), time_point(2ms)).joined == 3u);
}

TEST_CASE("a node whose name is taken waits for two patiences in case the other is its own ghost, then gives up") {
  auto session = session_of_b();
  const refusal taken{refusal::cause::name_taken, "node 'a' is already taking part", 0s};
  REQUIRE_FALSE(session.answered(taken, {}).cannot_take_part);
  REQUIRE_FALSE(session.answered(taken, time_point(3999ms)).cannot_take_part);
  REQUIRE(session.answered(taken, time_point(4s)).cannot_take_part == taken.text);

  auto ghost = session_of_b();
  ghost.answered(taken, {});
  ghost.answered(welcome{"b", 2}, time_point(1s));
  REQUIRE_FALSE(ghost.answered(taken, time_point(5s)).cannot_take_part);
}

TEST_CASE("of two nodes that do not fit together the younger one gives up, and the older one tells it why") {
  auto other_model = hello_of("b", 2, 1s);
  other_model.fingerprint = 8;
  auto older = session_of_b();
  const auto told = older.heard_hello("r", other_model, time_point(5s));
  REQUIRE(std::get<refusal>(*told.reply).why == refusal::cause::fingerprint);
  REQUIRE_FALSE(told.cannot_take_part);
  REQUIRE(older.route().empty());

  auto younger = session_of_b();
  other_model.up_for = 5s;
  const auto found = younger.heard_hello("r", other_model, time_point(500ms));
  REQUIRE_FALSE(found.reply);
  // A hello that comes in may be of anybody: it ends no node.
  REQUIRE_FALSE(found.cannot_take_part);
  // About as old: the lower name stays, on both sides, however long a hello took.
  other_model.up_for = 1s;
  REQUIRE(session_of_b().heard_hello("r", other_model, time_point(500ms)).reply);
  peer_session b(other_model, {.name = "a"}, patience, {});
  REQUIRE_FALSE(b.heard_hello("r", hello_of("a", 1, 10ms), time_point(1s)).reply);
  REQUIRE(session_of_b().answered(*told.reply, {}).cannot_take_part);
}

TEST_CASE("a node refused by a younger one that had not heard its age in time rides on") {
  // Up for 3 s where the other, up for 1 s, thinks it has been up longer: our hello reached it late.
  auto older = session_of_b();
  const auto found = older.answered(refusal{refusal::cause::config, "seed", 1s}, time_point(3s));
  REQUIRE_FALSE(found.cannot_take_part);
  REQUIRE(found.refused_message);
  // One that has been up as long as we when it spoke, and is of higher name.
  REQUIRE_FALSE(older.answered(refusal{refusal::cause::config, "seed", 3s}, time_point(3s)).cannot_take_part);
  REQUIRE(older.answered(refusal{refusal::cause::config, "seed", 5s}, time_point(3s)).cannot_take_part);
}

TEST_CASE("of two nodes that do not fit together never both give up, however long their words travel") {
  for (const auto older_by : {0ms, 500ms, 1999ms, 2000ms, 2500ms, 9000ms})
    for (const auto to_a : {0ms, 300ms, 2500ms, 12000ms})
      for (const auto to_b : {0ms, 300ms, 2500ms, 12000ms})
        for (const bool a_is_older : {true, false}) {
          // Both say hello at time 20 s.
          const auto said = time_point(20s);
          auto other = hello_of("b", 2);
          other.fingerprint = 8;
          const auto start_of_a = time_point(a_is_older ? 0ms : older_by);
          const auto start_of_b = time_point(a_is_older ? older_by : 0ms);
          peer_session a(hello_of("a", 1), {.name = "b"}, patience, start_of_a);
          peer_session b(other, {.name = "a"}, patience, start_of_b);
          other.up_for = said - start_of_b;
          const auto from_a = a.heard_hello("r", other, said + to_a).reply;
          const auto from_b = b.heard_hello("r", hello_of("a", 1, said - start_of_a), said + to_b).reply;
          const auto out = [&](peer_session& of, const std::optional<control_message>& refused, auto heard_at) {
            return refused && of.answered(*refused, heard_at).cannot_take_part;
          };
          const bool a_out = out(a, from_b, said + to_b + to_a);
          const bool b_out = out(b, from_a, said + to_a + to_b);
          INFO(older_by.count() << " " << to_a.count() << " " << to_b.count() << " " << a_is_older);
          REQUIRE_FALSE((a_out && b_out));
          // Words that travel fast are enough for one of them to go.
          if (to_a == 0ms && to_b == 0ms)
            REQUIRE(a_out == (!a_is_older && older_by >= patience));
          if (to_a == 0ms && to_b == 0ms)
            REQUIRE(b_out == !a_out);
        }
}
