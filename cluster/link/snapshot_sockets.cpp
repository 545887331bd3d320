#include "cluster/link/snapshot_sockets.hpp"

#include "cluster/link/message_parts.hpp"
#include "cluster/link/refused_connections.hpp"
#include "cluster/link/shared_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace paceline {

namespace {

/// One frame that arrives; and one that does not fit into what is called for.
constexpr int queued_frames = 2;

/// Peers, their connections of before that are not yet missed, and some strangers.
std::size_t most_subscribers(const link_settings& settings) {
  return 4 * settings.peers.size() + 16;
}

} // namespace

std::int64_t longest_frame(const link_settings& settings) {
  const auto parameters = std::accumulate(settings.slices.begin(), settings.slices.end(), std::size_t{0});
  constexpr std::size_t header_at_most = 4096;
  return static_cast<std::int64_t>(header_at_most + sizeof(float) * (parameters + settings.slices.size()));
}

snapshot_sockets::snapshot_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                                   std::shared_ptr<link_tally> tally, frame_worker& worker,
                                   std::function<void(const node_endpoints&)> connected)
  : settings_(settings),
    sockets_(sockets),
    log_(log),
    tally_(std::move(tally)),
    worker_(worker),
    connected_(std::move(connected)),
    publisher_(
      sockets.bound({.type = zmq::socket_type::router, .longest_message = frame_credit_bytes, .queue = queued_frames},
                    settings.own.snapshots)),
    audience_(most_subscribers(settings)) {
  // A frame to a connection that is no more is not silently dropped.
  publisher_->socket.set(zmq::sockopt::router_mandatory, true);
}

void snapshot_sockets::join(const node_endpoints& peer) {
  leave(peer);
  subscriptions_.push_back(std::make_unique<subscription>(subscription{peer, nullptr}));
  connect(*subscriptions_.back(), std::chrono::steady_clock::now());
}

void snapshot_sockets::connect(subscription& to, time_point now) {
  to.replace_at.reset();
  try {
    to.socket = sockets_.connected(
      {.type = zmq::socket_type::dealer, .longest_message = longest_frame(settings_), .queue = queued_frames},
      to.peer.snapshots);
    to.credit = {};
    to.next_credit = now;
  } catch (const std::exception& error) {
    // Out of descriptors, most likely. The other peers must not suffer from it.
    to.socket.reset();
    to.next_credit = time_point::max();
    to.replace_at = now + link_timing(settings_.patience).longest_backoff;
    log_.say("subscribe " + to.peer.name, fmt::format("node '{}' cannot receive the snapshots of node '{}': {}",
                                                      settings_.own.name, to.peer.name, error.what()));
  }
}

void snapshot_sockets::leave(const node_endpoints& peer) {
  for (const auto& each : subscriptions_)
    each->left = each->left || each->peer.name == peer.name;
}

void snapshot_sockets::tick(time_point now) {
  std::erase_if(subscriptions_, [](const auto& each) { return each->left; });
  for (const auto& each : subscriptions_) {
    if (each->replace_at && now >= *each->replace_at)
      connect(*each, now);
    if (now >= each->next_credit)
      give_credit(*each, now);
  }
}

snapshot_sockets::time_point snapshot_sockets::next_due() const {
  auto due = time_point::max();
  for (const auto& each : subscriptions_)
    due = std::min({due, each->replace_at.value_or(time_point::max()), each->next_credit});
  return due;
}

void snapshot_sockets::watch(poll_set& set) {
  set.watch(publisher_->monitor.socket(), [this] {
    note_refused_connections(*publisher_, settings_.own.snapshots, settings_.own.name, log_, *tally_);
  });
  set.watch(publisher_->socket, [this] { read_credits(); });
  for (const auto& each : subscriptions_) {
    auto* const one = each.get();
    if (!one->socket)
      continue;
    set.watch(one->socket->socket, [this, one] { read(*one); });
    set.watch(one->socket->monitor.socket(), [this, one] { read_monitor(*one); });
  }
}

void snapshot_sockets::read_monitor(subscription& of) {
  const auto now = std::chrono::steady_clock::now();
  while (const auto event = of.socket->monitor.next()) {
    of.replace_at.reset();
    if (event->what == connection_event::kind::connected) {
      give_credit(of, now);
      if (!of.left)
        connected_(of.peer);
      continue;
    }
    of.replace_at = now + link_timing(settings_.patience).longest_backoff;
    if (event->what == connection_event::kind::refused)
      log_.say("subscribe " + of.peer.name, fmt::format("node '{}' cannot receive the snapshots of node '{}': {}",
                                                        settings_.own.name, of.peer.name, event->reason));
  }
}

void snapshot_sockets::give_credit(subscription& to, time_point now) {
  // Where there is no connection it cannot be sent; once there is one, it is said at once.
  const auto bytes = encode(to.credit);
  to.socket->socket.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
  to.next_credit = now + link_timing(settings_.patience).longest_backoff;
}

void snapshot_sockets::read(subscription& from) {
  std::vector<zmq::message_t> parts;
  const auto count = receive_parts(from.socket->socket, parts, 1);
  if (count == 0)
    return;
  ++from.credit.received;
  give_credit(from, std::chrono::steady_clock::now());
  if (count > 1)
    return refuse(fmt::format("node '{}'", from.peer.name), fmt::format("a frame of {} parts instead of one", count));
  if (from.left || is_lost(settings_.filter, from.peer.name, link_filter::direction::incoming))
    return;
  tally_->update([&](link_counters& c) { c.bytes_received += parts[0].size(); });
  worker_.receive({.peer = from.peer.name, .frame = std::move(parts[0])});
}

void snapshot_sockets::read_credits() {
  std::vector<zmq::message_t> parts;
  for (int i = 0; i < most_at_once; ++i) {
    const auto count = receive_parts(publisher_->socket, parts, 2);
    if (count == 0)
      break;
    if (const auto credit = count == 2 ? decode_credit(bytes_of(parts[1])) : std::nullopt)
      audience_.heard(parts[0].to_string(), *credit);
    else
      refuse("a stranger", count == 2 ? "a malformed credit" : fmt::format("{} parts instead of one", count - 1));
  }
  deliver();
}

void snapshot_sockets::refuse(const std::string& from, const std::string& why) {
  tally_->update([](link_counters& c) { ++c.refused_messages; });
  log_.say("snapshot message", fmt::format("a message of {} on the snapshot plane was refused: {}", from, why));
}

bool snapshot_sockets::is_cut_off() const {
  const auto& peers = settings_.peers;
  return settings_.filter && std::all_of(peers.begin(), peers.end(), [&](const node_endpoints& peer) {
           return settings_.filter->drops(peer.name, link_filter::direction::outgoing);
         });
}

void snapshot_sockets::send(const frame_ptr& frame) {
  newest_ = frame;
  audience_.published();
  deliver();
}

void snapshot_sockets::deliver() {
  if (is_cut_off())
    audience_.withdraw();
  auto& socket = publisher_->socket;
  for (const auto& route : audience_.due()) {
    try {
      auto message = shared_message(newest_, *newest_);
      // Its queue is full only where it gives credit for what it does not take.
      if (!socket.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
        continue;
      socket.send(message, zmq::send_flags::dontwait);
      audience_.sent(route);
      tally_->update([&](link_counters& c) {
        ++c.snapshots_sent;
        c.bytes_sent += newest_->size();
      });
    } catch (const zmq::error_t&) {
      // The connection is no more; whoever made it gives credit over the next one.
      audience_.gone(route);
    }
  }
  if (!audience_.wants_newest())
    newest_.reset();
}

} // namespace paceline
