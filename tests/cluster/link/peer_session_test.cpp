#include "cluster/link/peer_session.hpp"

#include "tests/catch.hpp"

#include <optional>
#include <variant>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

using time_point = peer_session::time_point;

constexpr std::chrono::milliseconds patience = 2s;

hello hello_of(const std::string& node, std::uint64_t incarnation, std::chrono::nanoseconds up_for = 0s) {
  return {.version = 1,
          .node = node,
          .incarnation = incarnation,
          .config = R"({"seed":1})",
          .fingerprint = 7,
          .up_for = up_for};
}

/// Node a's view of node b.
peer_session session_of_b(time_point started = {}) {
  return {hello_of("a", 1), {.name = "b", .control = "tcp://b:1"}, patience, started};
}

/// The session after b has joined as incarnation 2 by route "r", at time `now`.
peer_session joined_b(time_point now = {}) {
  auto session = session_of_b(now);
  session.heard_hello("r", hello_of("b", 2), now);
  session.answered(welcome{"b", 2}, now);
  REQUIRE(session.joined() == 2u);
  return session;
}

node_state state_of_b(std::uint64_t incarnation = 2) {
  return {.node = "b", .incarnation = incarnation};
}

} // namespace

TEST_CASE("a peer has joined when its hello was accepted and it welcomed ours, in either order") {
  auto hello_first = session_of_b();
  const auto accepted = hello_first.heard_hello("r", hello_of("b", 2), {});
  REQUIRE(std::get<welcome>(*accepted.reply).incarnation == 1);
  REQUIRE_FALSE(accepted.joined);
  const auto welcomed = hello_first.answered(welcome{"b", 2}, {});
  REQUIRE(welcomed.joined == 2u);
  REQUIRE(welcomed.greet);
  REQUIRE(welcomed.tell_state);

  auto welcome_first = session_of_b();
  REQUIRE_FALSE(welcome_first.answered(welcome{"b", 2}, {}).joined);
  const auto joined = welcome_first.heard_hello("r", hello_of("b", 2), {});
  REQUIRE(joined.joined == 2u);
  REQUIRE(joined.greet);
}

TEST_CASE("a peer that is heard but never welcomes us has not joined: one direction is not enough") {
  auto session = session_of_b();
  for (auto at = 0ms; at < 5s; at += 250ms) {
    const auto actions = session.heard_hello("r", hello_of("b", 2), time_point(at));
    REQUIRE_FALSE(actions.joined);
    session.tick(time_point(at));
  }
  REQUIRE_FALSE(session.joined());
}

TEST_CASE("until a peer has joined a hello is said with each heartbeat, then the state") {
  auto session = session_of_b();
  const auto first = session.tick({});
  REQUIRE(first.greet);
  REQUIRE_FALSE(session.tick(time_point(100ms)).greet);
  REQUIRE(session.next_due() == time_point(250ms));
  const auto second = session.tick(time_point(250ms));
  REQUIRE(second.greet->up_for == 250ms);
  REQUIRE_FALSE(second.tell_state);

  auto joined = joined_b();
  const auto beat = joined.tick(time_point(250ms));
  REQUIRE(beat.tell_state);
  REQUIRE_FALSE(beat.greet);
}

TEST_CASE("a hello that is said again on one connection changes nothing") {
  auto session = joined_b();
  const auto again = session.heard_hello("r", hello_of("b", 2), time_point(100ms));
  REQUIRE(again.reply);
  REQUIRE_FALSE(again.lost);
  REQUIRE_FALSE(again.joined);
  REQUIRE(session.joined() == 2u);
}

TEST_CASE("a peer that says hello where its state is due does not know that it has joined, and is lost in time") {
  auto session = joined_b();
  for (auto at = 250ms; at < 1s; at += 250ms) {
    session.heard_hello("r", hello_of("b", 2), time_point(at));
    REQUIRE_FALSE(session.tick(time_point(at)).lost);
  }
  const auto actions = session.tick(time_point(1s));
  REQUIRE(actions.lost);
  REQUIRE(actions.reconnect);
  REQUIRE(actions.greet);
}

TEST_CASE("a peer that is silent for half of patience is lost, and heartbeats keep it") {
  auto session = joined_b();
  session.heard(state_of_b(), time_point(900ms));
  REQUIRE_FALSE(session.tick(time_point(1899ms)).lost);
  REQUIRE(session.next_due() <= time_point(1900ms));
  const auto actions = session.tick(time_point(1900ms));
  REQUIRE(actions.lost->incarnation == 2);
  REQUIRE(actions.lost->reason == "it was not heard of for 1.0 s");
  REQUIRE(actions.reconnect);
  REQUIRE_FALSE(session.joined());
  REQUIRE(session.route().empty());
}

TEST_CASE("a node that was not awake takes its own pause for no silence of the peer") {
  auto session = joined_b();
  session.heard(state_of_b(), time_point(900ms));
  session.slept(3000ms, time_point(4000ms));
  REQUIRE_FALSE(session.tick(time_point(4000ms)).lost);
  REQUIRE_FALSE(session.tick(time_point(4899ms)).lost);
  REQUIRE(session.tick(time_point(4900ms)).lost);
}

TEST_CASE("a hello over a new connection says that the peer lost us: both begin anew") {
  auto session = joined_b();
  const auto actions = session.heard_hello("s", hello_of("b", 2), time_point(1ms));
  REQUIRE(actions.lost->incarnation == 2);
  REQUIRE(actions.reconnect);
  REQUIRE_FALSE(actions.joined);
  REQUIRE(session.answered(welcome{"b", 2}, time_point(2ms)).joined == 2u);
}

TEST_CASE("a peer that makes one new connection after the other does not make this node do so as well") {
  auto session = joined_b();
  REQUIRE(session.heard_hello("s", hello_of("b", 2), time_point(1ms)).reconnect);
  REQUIRE(session.answered(welcome{"b", 2}, time_point(2ms)).joined);
  const auto again = session.heard_hello("t", hello_of("b", 2), time_point(3ms));
  REQUIRE(again.lost);
  REQUIRE_FALSE(again.reconnect);
  REQUIRE(session.answered(welcome{"b", 2}, time_point(4ms)).joined);
  REQUIRE(session.heard_hello("u", hello_of("b", 2), time_point(1001ms)).reconnect);
}

TEST_CASE("two nodes that lost each other find each other again, whoever noticed first") {
  for (const bool a_first : {true, false}) {
    auto a = joined_b();
    peer_session b(hello_of("b", 2), {.name = "a", .control = "tcp://a:1"}, patience, {});
    b.heard_hello("q", hello_of("a", 1), {});
    b.answered(welcome{"a", 1}, {});
    auto& first = a_first ? a : b;
    auto& other = a_first ? b : a;
    const auto noticed = time_point(1s);
    REQUIRE(first.tick(noticed).lost);
    const auto greeting = *first.tick(time_point(1250ms)).greet;
    // By its new connection the other learns of it.
    auto answer = other.heard_hello("new", greeting, time_point(1250ms));
    REQUIRE(answer.lost);
    REQUIRE(answer.reconnect);
    first.answered(*answer.reply, time_point(1250ms));
    const auto back = *other.tick(time_point(1500ms)).greet;
    answer = first.heard_hello("newer", back, time_point(1500ms));
    REQUIRE(answer.joined);
    REQUIRE(other.answered(*answer.reply, time_point(1500ms)).joined);
  }
}

TEST_CASE("a connection that was closed, and a farewell, lose a peer at once") {
  auto closed = joined_b();
  REQUIRE(closed.connection_closed(time_point(1ms)).lost->reason == "the connection to it was closed");
  auto gone = joined_b();
  const auto actions = gone.heard(farewell{"its run ended"}, time_point(1ms));
  REQUIRE(actions.lost->reason == "its run ended");
  REQUIRE_FALSE(actions.deliver);
}

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

TEST_CASE("what has no place is refused and keeps nobody alive") {
  auto session = joined_b();
  REQUIRE(session.heard(welcome{"b", 2}, time_point(900ms)).refused_message);
  REQUIRE(session.heard(refusal{}, time_point(900ms)).refused_message);
  REQUIRE(session.heard(state_of_b(3), time_point(900ms)).refused_message);
  REQUIRE(session.answered(farewell{}, time_point(900ms)).refused_message);
  REQUIRE(session.answered(welcome{"c", 2}, time_point(900ms)).refused_message);
  REQUIRE(session.tick(time_point(1s)).lost);
}

TEST_CASE("a message is delivered from the moment its sender has joined") {
  auto session = session_of_b();
  session.heard_hello("r", hello_of("b", 2), {});
  REQUIRE_FALSE(session.heard(state_of_b(), {}).deliver);
  session.answered(welcome{"b", 2}, {});
  REQUIRE(session.heard(state_of_b(), {}).deliver);
  REQUIRE(session.heard(group_report{}, {}).deliver);
}

TEST_CASE("a peer that does not answer is named after two patiences, then less and less often") {
  auto session = session_of_b();
  std::vector<std::chrono::milliseconds> said;
  for (auto at = 0ms; at <= 40s; at += 250ms) {
    const auto actions = session.tick(time_point(at));
    if (actions.say.empty())
      continue;
    said.push_back(at);
    REQUIRE_THAT(actions.say, Catch::Matchers::Contains("node 'b' (tcp://b:1)"));
  }
  REQUIRE(said == std::vector<std::chrono::milliseconds>{4s, 8s, 16s, 32s});
}
