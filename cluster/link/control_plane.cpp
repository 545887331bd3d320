#include "cluster/link/control_plane.hpp"

#include "actors/peer_events.hpp"
#include "cluster/link/endpoint.hpp"
#include "cluster/link/message_parts.hpp"
#include "cluster/link/proxy_actor.hpp"
#include "cluster/link/refused_connections.hpp"
#include "cluster/wire/control_codec.hpp"
#include "compute/affinity.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

namespace paceline {

namespace {

constexpr auto incoming = link_filter::direction::incoming;
constexpr auto outgoing = link_filter::direction::outgoing;

constexpr socket_use router_use{
  .type = zmq::socket_type::router, .longest_message = longest_control_message, .queue = 256, .heartbeats = true};
constexpr socket_use dealer_use{
  .type = zmq::socket_type::dealer, .longest_message = longest_control_message, .queue = 1024, .heartbeats = true};

} // namespace

control_plane::control_plane(environment shared, listeners told)
  : shared_(std::move(shared)),
    told_(std::move(told)),
    traffic_(shared_.log, shared_.tally),
    own_{.version = wire_version,
         .node = shared_.settings.own.name,
         .incarnation = shared_.settings.incarnation,
         .config = shared_.settings.config,
         .fingerprint = shared_.settings.fingerprint},
    router_(shared_.sockets.bound(router_use, shared_.settings.own.control)) {
  state_.node = own_.node;
  state_.incarnation = own_.incarnation;
}

void control_plane::begin(caf::actor node, time_point now) {
  node_ = std::move(node);
  for (const auto& where : shared_.settings.peers) {
    peers_.push_back(
      std::make_unique<peer>(peer{peer_session(own_, where, shared_.settings.patience, now), nullptr, {}}));
    connect(*peers_.back(), now);
  }
}

void control_plane::connect(peer& to, time_point now) {
  to.reconnect = false;
  to.replace_at.reset();
  try {
    to.dealer = shared_.sockets.connected(dealer_use, to.session.peer().control);
  } catch (const std::exception& error) {
    // Out of descriptors, most likely. The other peers must not suffer from it.
    to.dealer.reset();
    to.replace_at = now + link_timing(shared_.settings.patience).longest_backoff;
    shared_.log.say("trouble",
                    fmt::format("there is no connection to node '{}': {}", to.session.peer().name, error.what()));
  }
}

void control_plane::watch(poll_set& set) {
  set.watch(router_->monitor.socket(), [this] {
    note_refused_connections(*router_, shared_.settings.own.control, own_.node, shared_.log, *shared_.tally);
  });
  if (!node_)
    return;
  set.watch(router_->socket, [this] { read_router(std::chrono::steady_clock::now()); });
  for (const auto& each : peers_) {
    auto* const one = each.get();
    if (!one->dealer)
      continue;
    set.watch(one->dealer->monitor.socket(),
              [this, one] { read_dealer_monitor(*one, std::chrono::steady_clock::now()); });
    set.watch(one->dealer->socket, [this, one] { read_dealer(*one, std::chrono::steady_clock::now()); });
  }
}

void control_plane::read_router(time_point now) {
  std::vector<zmq::message_t> parts;
  for (int i = 0; i < most_at_once; ++i) {
    const auto count = receive_parts(router_->socket, parts, 2);
    if (count == 0)
      return;
    if (count != 2) {
      traffic_.refuse("a stranger", fmt::format("a message of {} parts instead of one", count - 1));
      continue;
    }
    if (const auto message = traffic_.decoded(parts[1], "a stranger"))
      handle(parts[0].to_string(), *message, now);
  }
}

void control_plane::handle(const std::string& route, const control_message& message, time_point now) {
  const auto& filter = shared_.settings.filter;
  const auto reply = [&](const control_message& answer) { traffic_.send(router_->socket, answer, route); };
  if (const auto* greeting = std::get_if<hello>(&message)) {
    const auto named = std::find_if(peers_.begin(), peers_.end(),
                                    [&](const auto& each) { return each->session.peer().name == greeting->node; });
    if (is_lost(filter, greeting->node, incoming))
      return;
    if (named != peers_.end())
      return apply(**named, (*named)->session.heard_hello(route, *greeting, now), &message, reply);
    traffic_.refuse(fmt::format("'{}'", greeting->node), "no node of that name is in the cluster file");
    return reply(refusal{refusal::cause::unknown_node,
                         fmt::format("node '{}' does not know a node '{}': the cluster file's nodes have to name it",
                                     own_.node, greeting->node)});
  }
  const auto known =
    std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) { return each->session.route() == route; });
  if (known == peers_.end())
    return traffic_.refuse("a stranger", "a message before a hello");
  if (is_lost(filter, (*known)->session.peer().name, incoming))
    return;
  apply(**known, (*known)->session.heard(message, now), &message, reply);
}

void control_plane::read_dealer(peer& from, time_point now) {
  std::vector<zmq::message_t> parts;
  const auto name = fmt::format("node '{}'", from.session.peer().name);
  for (int i = 0; i < most_at_once && !from.reconnect; ++i) {
    const auto count = receive_parts(from.dealer->socket, parts, 1);
    if (count == 0)
      return;
    if (count != 1)
      traffic_.refuse(name, fmt::format("a message of {} parts instead of one", count));
    else if (is_lost(shared_.settings.filter, from.session.peer().name, incoming))
      continue;
    else if (const auto message = traffic_.decoded(parts[0], name))
      apply(from, from.session.answered(*message, now), &*message, {});
  }
}

void control_plane::read_dealer_monitor(peer& of, time_point now) {
  const auto replace_at = now + link_timing(shared_.settings.patience).longest_backoff;
  while (const auto event = of.dealer->monitor.next()) {
    switch (event->what) {
      case connection_event::kind::connected:
        of.session.connected(now);
        of.replace_at.reset();
        break;
      case connection_event::kind::closed:
        apply(of, of.session.connection_closed(now), nullptr, {});
        of.replace_at = replace_at;
        break;
      case connection_event::kind::refused:
        of.replace_at = replace_at;
        shared_.log.say("connect " + of.session.peer().name,
                        fmt::format("node '{}' cannot connect to node '{}' at {}: {}", own_.node,
                                    of.session.peer().name, of.session.peer().control, event->reason));
        break;
    }
  }
}

void control_plane::apply(peer& with, session_actions actions, const control_message* message, const reply_to& reply) {
  const auto& where = with.session.peer();
  if (actions.lost) {
    told_.lost(where);
    caf::anon_send(node_, peer_lost{where.name, actions.lost->incarnation, actions.lost->reason});
    caf::anon_send_exit(with.proxy, caf::exit_reason::remote_link_unreachable);
    with.proxy = nullptr;
  }
  // Not here: the socket may be in a poll set.
  with.reconnect = with.reconnect || actions.reconnect;
  const bool heard = !is_lost(shared_.settings.filter, where.name, outgoing);
  if (actions.reply && reply && heard)
    reply(*actions.reply);
  if (actions.refused_message)
    traffic_.refuse(fmt::format("node '{}'", where.name), "it does not fit what was said before");
  if (with.can_be_told() && actions.greet && heard)
    traffic_.send(with.dealer->socket, *actions.greet);
  if (with.can_be_told() && actions.tell_state && heard)
    traffic_.send(with.dealer->socket, state_);
  if (actions.joined) {
    with.proxy = shared_.system.spawn(proxy_actor, where.name, *actions.joined, shared_.queue, shared_.tally);
    caf::anon_send(node_, peer_joined{where.name, *actions.joined, with.proxy});
    told_.joined(where, *actions.joined);
  }
  if (actions.deliver)
    std::visit(
      [&](const auto& content) {
        using content_type = std::decay_t<decltype(content)>;
        if constexpr (
          !std::is_same_v<
            content_type,
            hello> && !std::is_same_v<content_type, welcome> && !std::is_same_v<content_type, refusal> && !std::is_same_v<content_type, farewell>)
          caf::anon_send(node_, content);
      },
      *message);
  if (!actions.say.empty()) {
    shared_.log.say("apart " + where.name, actions.say);
    look_up(with);
  }
  if (actions.cannot_take_part)
    give_up(*actions.cannot_take_part);
}

void control_plane::look_up(peer& which) {
  const auto& where = which.session.peer();
  if (which.is_looked_up || !has_host_name(where.control))
    return;
  // ZeroMQ looks names up itself, again and again, and keeps to itself what it finds. The thread lives as long as the resolver takes,
  // which nobody waits for.
  try {
    std::thread([node = where.name, at = where.control, queue = shared_.queue] {
      try {
        name_this_thread("lookup");
        queue->push(host_looked_up{node, why_unresolvable(at).value_or("")});
      } catch (const std::exception&) {
        // It was to be said and cannot be; nothing else is lost.
      }
    }).detach();
    which.is_looked_up = true;
  } catch (const std::system_error&) {
    // No thread to be had now; the next complaint tries again.
  }
}

void control_plane::note(const host_looked_up& found) {
  const auto named =
    std::ranges::find_if(peers_, [&](const auto& each) { return each->session.peer().name == found.node; });
  if (named == peers_.end())
    return;
  (*named)->is_looked_up = false;
  if (!found.why.empty() && !(*named)->session.joined())
    shared_.log.say("lookup " + found.node, fmt::format("node '{}' cannot connect to node '{}': {}; trying on",
                                                        own_.node, found.node, found.why));
}

void control_plane::give_up(const std::string& why) {
  if (std::exchange(out_, true))
    return;
  shared_.log.say("refused", why);
  if (shared_.settings.refused)
    shared_.settings.refused(why);
}

void control_plane::tick(time_point now) {
  if (out_)
    return;
  // A heartbeat is always due sooner than this.
  const auto awake = 2 * link_timing(shared_.settings.patience).heartbeat;
  const auto pause = now - std::exchange(last_tick_, now);
  for (const auto& each : peers_) {
    if (pause > awake)
      each->session.slept(pause, now);
    if (now >= each->session.next_due())
      apply(*each, each->session.tick(now), nullptr, {});
    if (each->reconnect || (each->replace_at && now >= *each->replace_at))
      connect(*each, now);
  }
}

control_plane::time_point control_plane::next_due() const {
  auto due = time_point::max();
  if (!out_)
    for (const auto& each : peers_) {
      due = std::min({due, each->session.next_due(), each->replace_at.value_or(time_point::max())});
      if (each->reconnect)
        due = time_point::min();
    }
  return due;
}

control_plane::peer* control_plane::joined_peer(const std::string& node, std::uint64_t incarnation) {
  const auto named = std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) {
    return each->session.peer().name == node && each->session.joined() == incarnation;
  });
  return named == peers_.end() ? nullptr : named->get();
}

void control_plane::tell(const tell_peer& order) {
  const auto* to = joined_peer(order.node, order.incarnation);
  if (to != nullptr && to->can_be_told() && !is_lost(shared_.settings.filter, order.node, outgoing))
    traffic_.send(to->dealer->socket, order.message);
}

void control_plane::deliver(const exchange_came& found) {
  if (joined_peer(found.node, found.incarnation) != nullptr)
    std::visit([&](const auto& content) { caf::anon_send(node_, content); }, found.content);
  else
    shared_.tally->update([](link_counters& c) { ++c.dropped_messages; });
}

void control_plane::farewell_to_all(const std::string& reason) {
  bool said = false;
  for (const auto& each : peers_) {
    if (!each->session.joined() || !each->can_be_told()
        || is_lost(shared_.settings.filter, each->session.peer().name, outgoing))
      continue;
    // Long enough for a peer that listens.
    each->dealer->socket.set(zmq::sockopt::linger,
                             static_cast<int>(link_timing(shared_.settings.patience).first_backoff.count()));
    traffic_.send(each->dealer->socket, farewell{reason});
    said = true;
  }
  // Farewells go over connections of our own; the peers', which end with our sockets, must not be quicker.
  constexpr std::chrono::milliseconds head_start{20};
  if (said)
    std::this_thread::sleep_for(head_start);
}

} // namespace paceline
