#include "cluster/link/exchange_sockets.hpp"

#include "cluster/link/shared_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace paceline {

namespace {

/// One that is being written, and the next.
constexpr int queued_exchanges = 2;

} // namespace

exchange_sockets::exchange_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                                   std::shared_ptr<link_tally> tally, frame_worker& worker)
  : settings_(settings), sockets_(sockets), log_(log), tally_(std::move(tally)), worker_(worker) {}

void exchange_sockets::join(const node_endpoints& peer_at, std::uint64_t incarnation) {
  leave(peer_at);
  peers_.push_back(std::make_unique<peer>(peer{.where = peer_at, .incarnation = incarnation}));
}

void exchange_sockets::leave(const node_endpoints& peer_at) {
  for (const auto& each : peers_)
    each->left = each->left || each->where.name == peer_at.name;
}

exchange_sockets::peer* exchange_sockets::joined_peer(const std::string& node, std::uint64_t incarnation) {
  const auto named = std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) {
    return !each->left && each->incarnation == incarnation && each->where.name == node;
  });
  return named == peers_.end() ? nullptr : named->get();
}

void exchange_sockets::connect(peer& to, time_point now) {
  to.replace_at.reset();
  try {
    // Nothing comes back over it.
    to.socket = sockets_.connected({.type = zmq::socket_type::dealer,
                                    .longest_message = exchange_message_bytes,
                                    .queue = queued_exchanges,
                                    .incoming_queue = 1},
                                   to.where.transfer);
  } catch (const std::exception& error) {
    // Out of descriptors, most likely. The other peers must not suffer from it.
    to.socket.reset();
    to.replace_at = now + link_timing(settings_.patience).longest_backoff;
    log_.say("exchange with " + to.where.name,
             fmt::format("node '{}' cannot exchange with the centre or workers of node '{}': {}", settings_.own.name,
                         to.where.name, error.what()));
  }
}

void exchange_sockets::tick(time_point now) {
  std::erase_if(peers_, [](const auto& each) { return each->left; });
  for (const auto& each : peers_)
    if (each->replace_at && now >= *each->replace_at)
      connect(*each, now);
}

exchange_sockets::time_point exchange_sockets::next_due() const {
  auto due = time_point::max();
  for (const auto& each : peers_)
    due = std::min(due, each->replace_at.value_or(time_point::max()));
  return due;
}

void exchange_sockets::watch(poll_set& set) {
  for (const auto& each : peers_) {
    auto* const one = each.get();
    if (!one->socket)
      continue;
    set.watch(one->socket->monitor.socket(), [this, one] { read_monitor(*one); });
    if (!one->waiting.empty())
      set.watch_writable(one->socket->socket, [this, one] { deliver(*one); });
  }
}

void exchange_sockets::read_monitor(peer& of) {
  const auto replace_at = std::chrono::steady_clock::now() + link_timing(settings_.patience).longest_backoff;
  while (const auto event = of.socket->monitor.next()) {
    of.replace_at.reset();
    if (event->what == connection_event::kind::connected)
      continue;
    of.replace_at = replace_at;
    if (event->what == connection_event::kind::refused)
      log_.say("exchange with " + of.where.name,
               fmt::format("node '{}' cannot exchange with the centre or workers of node '{}': {}", settings_.own.name,
                           of.where.name, event->reason));
  }
}

void exchange_sockets::drop() {
  tally_->update([](link_counters& c) { ++c.dropped_messages; });
}

void exchange_sockets::tell(tell_exchange order) {
  if (settings_.exchanges && joined_peer(order.node, order.incarnation) != nullptr)
    worker_.give(std::move(order));
  else
    drop();
}

void exchange_sockets::send(send_exchange order) {
  auto* const to = joined_peer(order.node, order.incarnation);
  if (to == nullptr)
    return drop();
  const exchange_key key{order.node, order.head.worker, order.head.what};
  if (!to->waiting.put(key, order))
    return drop();
  if (!to->socket && !to->replace_at)
    connect(*to, std::chrono::steady_clock::now());
  deliver(*to);
}

void exchange_sockets::deliver(peer& to) {
  if (!to.socket || to.left)
    return;
  auto& socket = to.socket->socket;
  while (!to.waiting.empty()) {
    if (is_lost(settings_.filter, to.where.name, link_filter::direction::outgoing)) {
      to.waiting.take();
      continue;
    }
    const auto& next = to.waiting.front();
    const auto head = encode(next.head);
    const auto more = next.values ? zmq::send_flags::sndmore : zmq::send_flags::none;
    if (!socket.send(zmq::buffer(head), more | zmq::send_flags::dontwait))
      return;
    const auto sent = to.waiting.take();
    if (!sent.values)
      continue;
    auto values = shared_message(sent.values, *sent.values);
    socket.send(values, zmq::send_flags::dontwait);
    tally_->update([&](link_counters& c) { c.bytes_sent += sent.values->size(); });
  }
}

void exchange_sockets::receive(const exchange_message& head, std::optional<zmq::message_t> values) {
  if (!settings_.exchanges) {
    tally_->update([](link_counters& c) { ++c.refused_messages; });
    return log_.say("transfer message",
                    "a message on the transfer plane was refused: it is of an exchange with a centre, and the strategy "
                    "of this run has none");
  }
  const auto from = std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) {
    return !each->left && each->incarnation == head.incarnation;
  });
  if (from == peers_.end())
    return drop();
  const auto& name = (*from)->where.name;
  if (is_lost(settings_.filter, name, link_filter::direction::incoming))
    return;
  if (values)
    tally_->update([&](link_counters& c) { c.bytes_received += values->size(); });
  worker_.receive(frame_worker::arrived_exchange{.peer = name, .head = head, .values = std::move(values)});
}

} // namespace paceline
