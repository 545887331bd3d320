#include "cluster/link/frame_worker.hpp"

#include "cluster/link/exchange_frame.hpp"
#include "cluster/link/shared_message.hpp"
#include "cluster/wire/snapshot_frame.hpp"
#include "compute/affinity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace paceline {

namespace {

std::pair<std::uint64_t, std::uint64_t> order_of(const leader_snapshot& snapshot) {
  return {snapshot.term, snapshot.decision};
}

} // namespace

frame_worker::frame_worker(const link_settings& settings, std::shared_ptr<parameter_plane> local,
                           std::shared_ptr<link_queue> queue, std::shared_ptr<link_tally> tally)
  : settings_(settings), local_(std::move(local)), queue_(std::move(queue)), tally_(std::move(tally)), thread_([this] {
      run();
    }) {}

frame_worker::~frame_worker() {
  {
    const std::lock_guard guard(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void frame_worker::publish(snapshot_ptr snapshot) {
  {
    const std::lock_guard guard(mutex_);
    std::swap(own_, snapshot);
  }
  changed_.notify_one();
}

void frame_worker::receive(arrival frame) {
  {
    const std::lock_guard guard(mutex_);
    // What was there is freed outside the lock.
    std::swap(frames_[frame.peer], frame);
  }
  changed_.notify_one();
}

template <class Piece>
void frame_worker::put(waiting_exchanges<Piece>& waiting, const exchange_key& key, Piece piece) {
  bool taken = false;
  {
    const std::lock_guard guard(mutex_);
    // What was there is freed outside the lock.
    taken = waiting.put(key, piece);
  }
  if (!taken)
    tally_->update([](link_counters& c) { ++c.dropped_messages; });
  changed_.notify_one();
}

void frame_worker::give(tell_exchange order) {
  const auto head = head_of(order.content, settings_);
  const exchange_key key{order.node, head.worker, head.what};
  put(given_, key, std::move(order));
}

void frame_worker::receive(arrived_exchange exchange) {
  const exchange_key key{exchange.peer, exchange.head.worker, exchange.head.what};
  put(exchanged_, key, std::move(exchange));
}

void frame_worker::prepare_offer() {
  {
    const std::lock_guard guard(mutex_);
    offer_wanted_ = true;
  }
  changed_.notify_one();
}

bool frame_worker::next(work& todo) {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] {
    return ended_ || own_ || offer_wanted_ || !frames_.empty() || !given_.empty() || !exchanged_.empty();
  });
  if (ended_)
    return false;
  todo.own = std::exchange(own_, nullptr);
  todo.offer = std::exchange(offer_wanted_, false);
  if (!frames_.empty())
    todo.arrived = std::move(frames_.extract(frames_.begin()).mapped());
  if (!given_.empty())
    todo.given = given_.take();
  if (!exchanged_.empty())
    todo.exchanged = exchanged_.take();
  return true;
}

void frame_worker::run() {
  name_this_thread("frames");
  while (true) {
    work todo;
    if (!next(todo))
      return;
    if (todo.own)
      attempt("a snapshot was not sent", [&] { encode(todo.own); });
    if (todo.offer)
      attempt("a snapshot was not offered", [&] { offer(); });
    if (todo.arrived)
      attempt("a snapshot was not received", [&] { decode(*todo.arrived); });
    if (todo.given)
      attempt("an exchange was not sent", [&] { encode(*todo.given); });
    if (todo.exchanged)
      attempt("an exchange was not received", [&] { decode(*todo.exchanged); });
  }
}

template <class Task>
void frame_worker::attempt(const char* undone, Task task) {
  try {
    task();
  } catch (const std::exception& error) {
    tally_->update([](link_counters& c) { ++c.failed_snapshots; });
    queue_->push(say_line{"failed snapshot", fmt::format("{}, the next one may be: {}", undone, error.what())});
  }
}

frame_ptr frame_worker::encoded(const leader_snapshot& snapshot) const {
  auto frame = encode_snapshot(snapshot, settings_.snapshots_as, settings_.slices,
                               std::max(settings_.now() - snapshot.taken_at, std::chrono::nanoseconds(0)));
  if (settings_.filter)
    settings_.filter->spoil(frame);
  return std::make_shared<const std::vector<std::byte>>(std::move(frame));
}

void frame_worker::push(link_command result) {
  if (!queue_->push(std::move(result)))
    tally_->update([](link_counters& c) { ++c.dropped_messages; });
}

void frame_worker::refuse(frame_refusal why, const std::string& key, const std::string& line) {
  tally_->update([&](link_counters& c) { ++c.refused_snapshots[static_cast<std::size_t>(why)]; });
  queue_->push(say_line{key, line});
}

void frame_worker::encode(const snapshot_ptr& snapshot) {
  push(send_frame{encoded(*snapshot)});
}

void frame_worker::offer() {
  const auto newest = local_->newest(scope::global, 0);
  push(newest ? offer_frame{newest->term, newest->decision, encoded(*newest)} : offer_frame{});
}

void frame_worker::decode(const arrival& arrived) {
  const frame_expectation expected{.fingerprint = settings_.fingerprint,
                                   .slices = settings_.slices,
                                   .max_age =
                                     arrived.fetched ? std::chrono::nanoseconds::max() : settings_.max_snapshot_age};
  const auto read = decode_snapshot(bytes_of(arrived.frame), expected, settings_.now());
  // Only global snapshots travel between nodes.
  if (read.snapshot && read.snapshot->scope == scope::global) {
    tally_->update([](link_counters& c) { ++c.snapshots_received; });
    // A replayed or overtaken one must not reach a follower that has just subscribed either.
    const auto newest = local_->newest(scope::global, 0);
    if (!newest || order_of(*newest) < order_of(*read.snapshot))
      local_->publish(read.snapshot);
    return;
  }
  const auto why = read.snapshot ? frame_refusal::foreign : read.why;
  refuse(why, "snapshot " + arrived.peer,
         fmt::format("a snapshot from node '{}' was refused as {}: {}", arrived.peer, to_string(why),
                     read.snapshot ? "it is one of a group, and those stay in their node" : read.problem));
}

void frame_worker::encode(const tell_exchange& order) {
  push(send_exchange{order.node, order.incarnation, head_of(order.content, settings_),
                     encoded_values(order.content, settings_)});
}

void frame_worker::decode(const arrived_exchange& arrived) {
  std::optional<std::span<const std::byte>> frame;
  if (arrived.values)
    frame = bytes_of(*arrived.values);
  auto read = decode_values(arrived.head, frame, settings_);
  if (read.content)
    return push(exchange_came{arrived.peer, arrived.head.incarnation, *std::move(read.content)});
  refuse(
    read.why, "exchange " + arrived.peer,
    fmt::format("an exchange from node '{}' was refused as {}: {}", arrived.peer, to_string(read.why), read.problem));
}

} // namespace paceline
