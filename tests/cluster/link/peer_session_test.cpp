#include "cluster/link/peer_session.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/link/peer_sessions.hpp"

#include <optional>
#include <variant>

using namespace paceline;
using namespace paceline::testing;
using namespace std::chrono_literals;

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
