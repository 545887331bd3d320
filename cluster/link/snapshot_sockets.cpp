#include "cluster/link/snapshot_sockets.hpp"

#include "cluster/link/shared_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace paceline {

namespace {

/// Subscriptions are all that a PUB receives.
constexpr std::int64_t longest_subscription = 256;

} // namespace

std::int64_t longest_frame(const link_settings& settings) {
  const auto parameters = std::accumulate(settings.slices.begin(), settings.slices.end(), std::size_t{0});
  constexpr std::size_t header_at_most = 4096;
  return static_cast<std::int64_t>(header_at_most + sizeof(float) * (parameters + settings.slices.size()));
}

snapshot_sockets::snapshot_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                                   std::shared_ptr<link_tally> tally, frame_worker& worker)
  : settings_(settings),
    sockets_(sockets),
    log_(log),
    tally_(std::move(tally)),
    worker_(worker),
    publisher_(
      sockets.bound({.type = zmq::socket_type::pub, .longest_message = longest_subscription, .newest_only = true},
                    settings.own.snapshots)) {}

void snapshot_sockets::join(const node_endpoints& peer) {
  leave(peer);
  subscriptions_.push_back(std::make_unique<subscription>(subscription{peer, nullptr}));
  connect(*subscriptions_.back(), std::chrono::steady_clock::now());
}

void snapshot_sockets::connect(subscription& to, time_point now) {
  to.replace_at.reset();
  try {
    to.socket = sockets_.connected(
      {.type = zmq::socket_type::sub, .longest_message = longest_frame(settings_), .newest_only = true},
      to.peer.snapshots);
  } catch (const std::exception& error) {
    // Out of descriptors, most likely. The other peers must not suffer from it.
    to.socket.reset();
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
  }
}

snapshot_sockets::time_point snapshot_sockets::next_due() const {
  auto due = time_point::max();
  for (const auto& each : subscriptions_)
    due = std::min(due, each->replace_at.value_or(time_point::max()));
  return due;
}

void snapshot_sockets::watch(poll_set& set) {
  set.watch(publisher_->monitor.socket(), [this] {
    while (const auto event = publisher_->monitor.next()) {
      if (event->what != connection_event::kind::refused)
        continue;
      tally_->update([](link_counters& c) { ++c.refused_connections; });
      log_.say("refused connection", fmt::format("a connection to {} of node '{}' failed: {}", settings_.own.snapshots,
                                                 settings_.own.name, event->reason));
    }
  });
  // Nothing to read, but subscribers that come and go are handled while it is polled.
  set.watch(publisher_->socket, [] {});
  for (const auto& each : subscriptions_) {
    auto* const one = each.get();
    if (!one->socket)
      continue;
    set.watch(one->socket->socket, [this, one] { read(*one); });
    set.watch(one->socket->monitor.socket(), [this, one] { read_monitor(*one); });
  }
}

void snapshot_sockets::read_monitor(subscription& of) {
  while (const auto event = of.socket->monitor.next()) {
    of.replace_at.reset();
    if (event->what == connection_event::kind::connected)
      continue;
    of.replace_at = std::chrono::steady_clock::now() + link_timing(settings_.patience).longest_backoff;
    if (event->what == connection_event::kind::refused)
      log_.say("subscribe " + of.peer.name, fmt::format("node '{}' cannot receive the snapshots of node '{}': {}",
                                                        settings_.own.name, of.peer.name, event->reason));
  }
}

void snapshot_sockets::read(subscription& from) {
  zmq::message_t frame;
  if (!from.socket->socket.recv(frame, zmq::recv_flags::dontwait) || from.left
      || is_lost(settings_.filter, from.peer.name, link_filter::direction::incoming))
    return;
  tally_->update([&](link_counters& c) { c.bytes_received += frame.size(); });
  worker_.receive({.peer = from.peer.name, .frame = std::move(frame)});
}

void snapshot_sockets::send(const frame_ptr& frame) {
  // One frame for all: it goes out unless it is lost on the way to each of them.
  const auto& peers = settings_.peers;
  if (settings_.filter && std::all_of(peers.begin(), peers.end(), [&](const node_endpoints& peer) {
        return settings_.filter->drops(peer.name, link_filter::direction::outgoing);
      }))
    return;
  auto message = shared_message(frame, *frame);
  const bool sent = publisher_->socket.send(message, zmq::send_flags::dontwait).has_value();
  tally_->update([&](link_counters& c) {
    c.snapshots_sent += sent;
    c.bytes_sent += sent ? frame->size() : 0;
  });
}

} // namespace paceline
