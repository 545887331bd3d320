#pragma once

#include "cluster/link/control_message.hpp"
#include "cluster/link/link_timing.hpp"
#include "cluster/link/node_endpoints.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace paceline {

/// What a session asks its link to do, to be done in this order.
struct session_actions {
  struct loss {
    std::uint64_t incarnation = 0;
    std::string reason;
  };
  /// The peer is gone.
  std::optional<loss> lost;
  /// Our connection to the peer is to be replaced by a new one, which it will know by its new route.
  bool reconnect = false;
  /// To where the event came from.
  std::optional<control_message> reply;
  /// On our connection to the peer: what is said again and again until it is answered.
  std::optional<hello> greet;
  /// On our connection to the peer: this node's state.
  bool tell_state = false;
  /// The peer has come, with this incarnation.
  std::optional<std::uint64_t> joined;
  /// The message is one for the node's actor.
  bool deliver = false;
  /// The message had no place here; to be counted.
  bool refused_message = false;
  /// This node cannot take part, and why.
  std::optional<std::string> cannot_take_part;
  /// One line for people; empty for none.
  std::string say;
};

/// What this node knows of one peer and says to it: a pure state machine; time is passed in, sockets are the link's.
///
/// There are two connections: ours to the peer, and the peer's to us, which we know by a route. A peer has joined when its hello
/// was accepted here and it welcomed ours, so each direction is known to work:
///
///   apart --its hello is accepted--> accepted --it welcomed our hello--> joined
///     `----it welcomed our hello---> welcomed --its hello is accepted----^   |
///     ^----------------------------------------------------------------------'
///          not heard of for lost_after, our connection closed, farewell, or a hello over a new connection
///
/// Until both have happened our hello is said with each heartbeat, and once more then (saying it again on one connection changes
/// nothing); after that it is the node's state. Whoever loses a peer makes a new connection to it; a hello over a new connection
/// from a peer that has joined says that it lost us, so both sides begin anew. Nobody makes a second new connection within
/// lost_after for that: two sides that lost each other at the same moment would take each other's new connections for further
/// losses for ever. A hello keeps only a peer that has not joined: where nothing else is heard, one side has joined alone.
///
/// Of two nodes of one name the one that answers at the peer's address counts: while it does, the other's hello is refused.
class peer_session {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `own` is said with `up_for` set to the time since `started`. `patience` is network.patience.
  peer_session(hello own, node_endpoints peer, std::chrono::milliseconds patience, time_point started);

  const node_endpoints& peer() const { return peer_; }

  /// Over which route the accepted hello came; empty while there is none.
  const std::string& route() const { return route_; }

  /// The incarnation that has joined.
  std::optional<std::uint64_t> joined() const { return joined_; }

  /// A hello of the peer's name came over `route`.
  session_actions heard_hello(const std::string& route, const hello& theirs, time_point now);

  /// Any other message came over route().
  session_actions heard(const control_message& message, time_point now);

  /// A message came back over our own connection.
  session_actions answered(const control_message& message, time_point now);

  /// Our own connection stands: our hello can be said at once.
  void connected(time_point now);

  /// Our own connection was closed; ZeroMQ is making the next one.
  session_actions connection_closed(time_point now);

  /// This node itself was not awake for so long (stopped, or short of a core): what the peer said meanwhile lies unread, and its
  /// silence is not its own.
  void slept(std::chrono::steady_clock::duration time, time_point now);

  /// What is due by now. To be called at next_due(), or earlier.
  session_actions tick(time_point now);

  time_point next_due() const;

 private:
  hello own_hello(time_point now) const;
  /// Forgets both directions; tells the loss where the peer had joined.
  void part(session_actions& actions, time_point now, const std::string& reason);
  /// Whether the peer welcomed us over our own connection, and not too long ago.
  bool answers(time_point now) const;
  void join_if_complete(session_actions& actions, time_point now);
  void complain(session_actions& actions, time_point now);

  hello own_;
  node_endpoints peer_;
  std::chrono::milliseconds patience_;
  link_timing timing_;
  time_point started_;

  /// The peer's connection: its route and the incarnation that was accepted; empty route for none.
  std::string route_;
  std::uint64_t accepted_ = 0;
  time_point last_heard_;
  /// Our connection: the incarnation that welcomed us, and when it last did.
  std::optional<std::uint64_t> welcomed_;
  time_point welcomed_at_;
  std::optional<std::uint64_t> joined_;

  /// When our connection may be replaced next because the peer's was.
  time_point may_replace_from_;
  time_point next_beat_;
  /// Since when the peer has not been joined, and when to say so next.
  time_point apart_since_;
  time_point next_complaint_;
  /// Since when each answer was that our name is taken.
  std::optional<time_point> name_taken_since_;
};

} // namespace paceline
