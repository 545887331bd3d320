#include "cluster/link/transfer_sockets.hpp"

#include "cluster/link/exchange_frame.hpp"
#include "cluster/link/message_parts.hpp"
#include "cluster/link/refused_connections.hpp"
#include "cluster/link/shared_message.hpp"
#include "cluster/link/snapshot_sockets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace paceline {

namespace {

using kind = transfer_message::kind;

constexpr std::size_t most_askers = 64;
/// A fetch that failed: a frame that was gone in the middle of it, a connection that broke.
constexpr int most_attempts = 4;

socket_use router_use_of(const link_settings& settings) {
  static_assert(transfer_message_bytes == exchange_message_bytes);
  socket_use use{.type = zmq::socket_type::router, .longest_message = transfer_message_bytes, .queue = 16};
  if (settings.exchanges) {
    use.longest_message = std::max(use.longest_message, longest_exchange_part(settings));
    // They are large: one that is taken, and one on its way.
    use.incoming_queue = 2;
  }
  return use;
}

} // namespace

transfer_sockets::transfer_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                                   std::shared_ptr<link_tally> tally, frame_worker& worker,
                                   std::shared_ptr<parameter_plane> local, exchange_listener exchanged)
  : settings_(settings),
    sockets_(sockets),
    log_(log),
    tally_(std::move(tally)),
    worker_(worker),
    local_(std::move(local)),
    exchanged_(std::move(exchanged)),
    router_(sockets.bound(router_use_of(settings), settings.own.transfer)),
    source_(settings.patience) {}

void transfer_sockets::join(const node_endpoints& peer) {
  std::erase_if(to_ask_, [&](const auto& each) { return each.peer.name == peer.name; });
  to_ask_.push_back({.peer = peer, .attempts_left = most_attempts});
}

void transfer_sockets::leave(const node_endpoints& peer) {
  std::erase_if(to_ask_, [&](const auto& each) { return each.peer.name == peer.name; });
  if (fetch_ && fetch_->from.peer.name == peer.name)
    fetch_->over = true;
}

void transfer_sockets::watch(poll_set& set) {
  set.watch(router_->socket, [this] { read_router(std::chrono::steady_clock::now()); });
  set.watch(router_->monitor.socket(),
            [this] { note_refused_connections(*router_, settings_.own.transfer, settings_.own.name, log_, *tally_); });
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
  std::vector<zmq::message_t> parts;
  for (int i = 0; i < most_at_once; ++i) {
    const auto count = receive_parts(router_->socket, parts, 3);
    if (count == 0)
      return;
    if (const auto head = count == 2 || count == 3 ? decode_exchange(bytes_of(parts[1])) : std::nullopt) {
      exchanged_(*head, count == 3 ? std::optional(std::move(parts[2])) : std::nullopt);
      continue;
    }
    const auto message = count == 2 ? decode_transfer(bytes_of(parts[1])) : std::nullopt;
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
  std::vector<zmq::message_t> parts;
  for (int i = 0; i < most_at_once && !from.over; ++i) {
    const auto count = receive_parts(from.dealer->socket, parts, 2);
    if (count == 0)
      return;
    const auto answer = count <= 2 ? decode_transfer(bytes_of(parts[0])) : std::nullopt;
    if (!answer) {
      from.over = true;
      ask_again_later(from.from, now, "its answer is malformed");
      return refuse_message(fmt::format("node '{}'", from.from.peer.name));
    }
    const auto data = count == 2 ? bytes_of(parts[1]) : std::span<const std::byte>();
    tally_->update([&](link_counters& c) { c.bytes_received += data.size(); });
    from.give_up_at = now + settings_.patience;
    for (const auto& next : from.steps.answered(*answer, data))
      ask(from, next);
    if (from.steps.now() != transfer_fetch::state::asking && from.steps.now() != transfer_fetch::state::receiving)
      finish(from, now);
  }
}

void transfer_sockets::ask_again_later(wish failed, time_point now, const std::string& problem) {
  log_.say("fetch",
           fmt::format("the newest snapshot could not be fetched from node '{}': {}", failed.peer.name, problem));
  if (--failed.attempts_left == 0)
    return;
  failed.not_before = now + link_timing(settings_.patience).longest_backoff;
  to_ask_.push_back(std::move(failed));
}

void transfer_sockets::finish(fetch& done, time_point now) {
  done.over = true;
  if (done.steps.now() == transfer_fetch::state::failed)
    return ask_again_later(done.from, now, done.steps.problem());
  if (done.steps.now() != transfer_fetch::state::done)
    return;
  const auto frame = std::make_shared<const std::vector<std::byte>>(done.steps.take());
  worker_.receive({.peer = done.from.peer.name, .frame = shared_message(frame, *frame), .fetched = true});
}

void transfer_sockets::refuse_message(const std::string& from) {
  tally_->update([](link_counters& c) { ++c.refused_messages; });
  log_.say("transfer message", fmt::format("a message of {} on the transfer plane was refused: it is malformed", from));
}

void transfer_sockets::begin_next(time_point now) {
  const auto due =
    std::find_if(to_ask_.begin(), to_ask_.end(), [&](const auto& each) { return now >= each.not_before; });
  if (due == to_ask_.end())
    return;
  const auto next = *due;
  to_ask_.erase(due);
  const auto newest = local_->newest(scope::global, 0);
  const auto longest = longest_frame(settings_);
  try {
    fetch_ = std::make_unique<fetch>(
      fetch{.from = next,
            .steps = transfer_fetch(newest ? newest->term : 0, newest ? newest->decision : 0, longest),
            .dealer = sockets_.connected({.type = zmq::socket_type::dealer,
                                          .longest_message = static_cast<std::int64_t>(longest_chunk_bytes),
                                          .queue = transfer_fetch::credit + 2},
                                         next.peer.transfer),
            .next_want = now,
            .give_up_at = now + 2 * settings_.patience});
  } catch (const std::exception& error) {
    // Out of descriptors, most likely. The other planes must not suffer from it.
    ask_again_later(next, now, error.what());
  }
}

void transfer_sockets::tick(time_point now) {
  source_.tick(now);
  if (fetch_ && !fetch_->over && now >= fetch_->give_up_at) {
    fetch_->over = true;
    ask_again_later(fetch_->from, now, "it did not answer");
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
  auto due = source_.holds_frame() ? std::chrono::steady_clock::now() + settings_.patience : time_point::max();
  for (const auto& each : to_ask_)
    due = std::min(due, each.not_before);
  return due;
}

} // namespace paceline
