#include "cluster/link/transfer_sockets.hpp"

#include "cluster/link/shared_message.hpp"
#include "cluster/link/snapshot_sockets.hpp"

#include <fmt/format.h>
#include <zmq_addon.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace paceline {

namespace {

using kind = transfer_message::kind;

constexpr int most_at_once = 64;
constexpr std::size_t most_askers = 64;

/// All parts of the next message; none where there is no message.
std::vector<zmq::message_t> receive(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  if (!zmq::recv_multipart(socket, std::back_inserter(parts), zmq::recv_flags::dontwait))
    parts.clear();
  return parts;
}

} // namespace

transfer_sockets::transfer_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                                   std::shared_ptr<link_tally> tally, frame_worker& worker,
                                   std::shared_ptr<parameter_plane> local)
  : settings_(settings),
    sockets_(sockets),
    log_(log),
    tally_(std::move(tally)),
    worker_(worker),
    local_(std::move(local)),
    router_(sockets.bound({.type = zmq::socket_type::router, .longest_message = transfer_message_bytes, .queue = 16},
                          settings.own.transfer)),
    source_(settings.patience) {}

void transfer_sockets::join(const node_endpoints& peer) {
  to_ask_.push_back(peer);
}

void transfer_sockets::leave(const node_endpoints& peer) {
  std::erase_if(to_ask_, [&](const auto& each) { return each.name == peer.name; });
  if (fetch_ && fetch_->peer.name == peer.name)
    fetch_->over = true;
}

void transfer_sockets::watch(poll_set& set) {
  set.watch(router_->socket, [this] { read_router(std::chrono::steady_clock::now()); });
  set.watch(router_->monitor.socket(), [this] {
    while (const auto event = router_->monitor.next()) {
      if (event->what != connection_event::kind::refused)
        continue;
      tally_->update([](link_counters& c) { ++c.refused_connections; });
      log_.say("refused connection", fmt::format("a connection to {} of node '{}' failed: {}", settings_.own.transfer,
                                                 settings_.own.name, event->reason));
    }
  });
  if (!fetch_)
    return;
  auto* const one = fetch_.get();
  set.watch(one->dealer->socket, [this, one] { read_dealer(*one, std::chrono::steady_clock::now()); });
  set.watch(one->dealer->monitor.socket(), [one] {
    while (const auto event = one->dealer->monitor.next())
      if (event->what == connection_event::kind::connected)
        one->next_want = {};
  });
}

void transfer_sockets::read_router(time_point now) {
  for (int i = 0; i < most_at_once; ++i) {
    const auto parts = receive(router_->socket);
    if (parts.empty())
      return;
    const auto message = parts.size() == 2 ? decode_transfer(bytes_of(parts[1])) : std::nullopt;
    if (message && (message->what == kind::want || message->what == kind::ask))
      handle(parts[0].to_string(), *message, now);
    else
      refuse_message("a stranger");
  }
}

void transfer_sockets::handle(const std::string& route, const transfer_message& message, time_point now) {
  if (message.what == kind::want) {
    if (source_.holds_frame())
      return answer(route, source_.offer(message, now));
    const auto asked = [&](const auto& each) { return each.route == route; };
    if (askers_.size() < most_askers && std::none_of(askers_.begin(), askers_.end(), asked))
      askers_.push_back({route, message});
    return worker_.prepare_offer();
  }
  const auto piece = source_.give(message, now);
  if (piece.head.what == kind::gone)
    return answer(route, piece.head);
  const auto head = encode(piece.head);
  auto data = shared_message(source_.frame(), piece.data);
  if (!router_->socket.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
    return;
  router_->socket.send(zmq::buffer(head), zmq::send_flags::sndmore | zmq::send_flags::dontwait);
  router_->socket.send(data, zmq::send_flags::dontwait);
  tally_->update([&](link_counters& c) { c.bytes_sent += piece.data.size(); });
}

void transfer_sockets::answer(const std::string& route, const transfer_message& head) {
  const auto bytes = encode(head);
  if (router_->socket.send(zmq::buffer(route), zmq::send_flags::sndmore | zmq::send_flags::dontwait))
    router_->socket.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
}

void transfer_sockets::offer(offer_frame newest, time_point now) {
  // Who is in the middle of the frame that is held could not go on with another one.
  if (!source_.holds_frame())
    source_.hold(std::move(newest), now);
  for (const auto& each : std::exchange(askers_, {}))
    answer(each.route, source_.offer(each.want, now));
}

void transfer_sockets::ask(fetch& from, const transfer_message& message) {
  const auto bytes = encode(message);
  from.dealer->socket.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
}

void transfer_sockets::read_dealer(fetch& from, time_point now) {
  for (int i = 0; i < most_at_once && !from.over; ++i) {
    const auto parts = receive(from.dealer->socket);
    if (parts.empty())
      return;
    const auto answer = parts.size() <= 2 ? decode_transfer(bytes_of(parts[0])) : std::nullopt;
    if (!answer) {
      from.over = true;
      return refuse_message(fmt::format("node '{}'", from.peer.name));
    }
    const auto data = parts.size() == 2 ? bytes_of(parts[1]) : std::span<const std::byte>();
    tally_->update([&](link_counters& c) { c.bytes_received += data.size(); });
    from.give_up_at = now + settings_.patience;
    for (const auto& next : from.steps.answered(*answer, data))
      ask(from, next);
    if (from.steps.now() != transfer_fetch::state::asking && from.steps.now() != transfer_fetch::state::receiving)
      finish(from);
  }
}

void transfer_sockets::finish(fetch& done) {
  done.over = true;
  if (done.steps.now() == transfer_fetch::state::failed) {
    log_.say("fetch", fmt::format("the newest snapshot could not be fetched from node '{}': {}", done.peer.name,
                                  done.steps.problem()));
    return;
  }
  if (done.steps.now() != transfer_fetch::state::done)
    return;
  const auto frame = std::make_shared<const std::vector<std::byte>>(done.steps.take());
  worker_.receive({.peer = done.peer.name, .frame = shared_message(frame, *frame), .fetched = true});
}

void transfer_sockets::refuse_message(const std::string& from) {
  tally_->update([](link_counters& c) { ++c.refused_messages; });
  log_.say("transfer message", fmt::format("a message of {} on the transfer plane was refused: it is malformed", from));
}

void transfer_sockets::begin_next(time_point now) {
  if (to_ask_.empty())
    return;
  const auto peer = to_ask_.front();
  to_ask_.pop_front();
  const auto newest = local_->newest(scope::global, 0);
  const auto longest = longest_frame(settings_);
  fetch_ = std::make_unique<fetch>(
    fetch{.peer = peer,
          .steps = transfer_fetch(newest ? newest->term : 0, newest ? newest->decision : 0, longest),
          .dealer = sockets_.connected({.type = zmq::socket_type::dealer,
                                        .longest_message = static_cast<std::int64_t>(longest_chunk_bytes),
                                        .queue = transfer_fetch::credit + 2},
                                       peer.transfer),
          .next_want = now,
          .give_up_at = now + 2 * settings_.patience});
}

void transfer_sockets::tick(time_point now) {
  source_.tick(now);
  if (fetch_ && now >= fetch_->give_up_at) {
    log_.say("fetch", fmt::format("node '{}' did not answer when asked for the newest snapshot", fetch_->peer.name));
    fetch_->over = true;
  }
  if (fetch_ && fetch_->over)
    fetch_.reset();
  if (!fetch_)
    begin_next(now);
  if (fetch_ && fetch_->steps.now() == transfer_fetch::state::asking && now >= fetch_->next_want) {
    ask(*fetch_, fetch_->steps.want());
    fetch_->next_want = now + link_timing(settings_.patience).heartbeat;
  }
}

transfer_sockets::time_point transfer_sockets::next_due() const {
  if (fetch_ && fetch_->over)
    return time_point::min();
  if (fetch_)
    return fetch_->steps.now() == transfer_fetch::state::asking ? std::min(fetch_->next_want, fetch_->give_up_at)
                                                                : fetch_->give_up_at;
  if (!to_ask_.empty())
    return time_point::min();
  return source_.holds_frame() ? std::chrono::steady_clock::now() + settings_.patience : time_point::max();
}

} // namespace paceline
