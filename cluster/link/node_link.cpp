#include "cluster/link/node_link.hpp"

#include "cluster/link/control_plane.hpp"
#include "cluster/link/endpoint.hpp"
#include "cluster/link/exchange_sockets.hpp"
#include "cluster/link/frame_worker.hpp"
#include "cluster/link/linked_plane.hpp"
#include "cluster/link/snapshot_sockets.hpp"
#include "cluster/link/transfer_sockets.hpp"
#include "cluster/link/turn_pacer.hpp"
#include "cluster/link/zap_authenticator.hpp"
#include "cluster/wire/control_codec.hpp"
#include "compute/affinity.hpp"
#include "compute/errors.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <variant>

namespace paceline {

namespace {

using std::chrono::steady_clock;

/// The loop comes by that often even where nothing is due.
constexpr std::chrono::milliseconds longest_wait{1000};

/// The peers' endpoints are used on the link's thread, where nobody could be told.
void require_endpoints(const link_settings& settings) {
  for (const auto& peer : settings.peers)
    for (const auto* each : {&peer.control, &peer.snapshots, &peer.transfer}) {
      parse_endpoint(*each);
      if (!settings.keys)
        require_local(*each);
    }
}

/// Nodes show each other their cluster file in one message, where nobody could be told either.
void require_short_config(const link_settings& settings) {
  constexpr std::size_t room_for_the_rest = 1000;
  constexpr std::size_t longest = longest_control_message - room_for_the_rest;
  if (settings.config.size() > longest)
    throw invalid_input(
      fmt::format("the cluster file, resolved and on one line, is {} bytes long: nodes can show each other at most {}",
                  settings.config.size(), longest));
}

} // namespace

/// Members are made in this order and end in the reverse one: the thread first, then what it works with.
class node_link::impl {
 public:
  impl(caf::actor_system& system, link_settings settings)
    : settings_(std::move(settings)),
      context_(1),
      sockets_(context_, settings_.keys, settings_.patience),
      authenticator_(context_, settings_.keys),
      log_(settings_.log),
      worker_(settings_, local_, queue_, tally_),
      control_({system, settings_, sockets_, log_, queue_, tally_},
               {.joined =
                  [this](const node_endpoints& peer, std::uint64_t incarnation) {
                    snapshots_.join(peer);
                    exchanges_.join(peer, incarnation);
                  },
                .lost =
                  [this](const node_endpoints& peer) {
                    snapshots_.leave(peer);
                    transfers_.leave(peer);
                    exchanges_.leave(peer);
                  }}),
      snapshots_(settings_, sockets_, log_, tally_, worker_,
                 [this](const node_endpoints& peer) { transfers_.join(peer); }),
      exchanges_(settings_, sockets_, log_, tally_, worker_),
      transfers_(settings_, sockets_, log_, tally_, worker_, local_,
                 [this](const exchange_message& head, std::optional<zmq::message_t> values) {
                   exchanges_.receive(head, std::move(values));
                 }) {
    require_endpoints(settings_);
    require_short_config(settings_);
    plane_->set_sender(&worker_);
    thread_ = std::thread([this] { run(); });
  }

  ~impl() {
    plane_->set_sender(nullptr);
    queue_->close();
    thread_.join();
  }

  void push(link_command command) { queue_->push(std::move(command)); }
  link_counters counters() const { return tally_->read(); }
  std::shared_ptr<parameter_plane> plane() const { return plane_; }

 private:
  void run();
  void turn();
  void do_commands();
  /// How long nothing is due.
  std::chrono::milliseconds idle_for() const;

  void carry_out(tell_peer& order) { control_.tell(order); }
  void carry_out(node_state& state) { control_.set_state(std::move(state)); }
  void carry_out(tell_exchange& order) { exchanges_.tell(std::move(order)); }
  void carry_out(send_exchange& order) { exchanges_.send(std::move(order)); }
  void carry_out(const exchange_came& found) { control_.deliver(found); }
  void carry_out(send_frame& order) { snapshots_.send(order.frame); }
  void carry_out(offer_frame& newest) { transfers_.offer(std::move(newest), steady_clock::now()); }
  void carry_out(say_line& line) { log_.say(line.key, line.text); }
  void carry_out(const host_looked_up& found) { control_.note(found); }
  void carry_out(begin_link& order) { control_.begin(std::move(order.node), steady_clock::now()); }

  const link_settings settings_;
  std::shared_ptr<link_queue> queue_ = std::make_shared<link_queue>();
  std::shared_ptr<link_tally> tally_ = std::make_shared<link_tally>();
  std::shared_ptr<parameter_plane> local_ = make_shared_memory_plane();
  std::shared_ptr<linked_plane> plane_ = std::make_shared<linked_plane>(local_);
  zmq::context_t context_;
  link_sockets sockets_;
  zap_authenticator authenticator_;
  link_log log_;
  frame_worker worker_;
  control_plane control_;
  snapshot_sockets snapshots_;
  exchange_sockets exchanges_;
  transfer_sockets transfers_;
  poll_set polled_;
  std::thread thread_;
};

void node_link::impl::run() {
  name_this_thread("link");
  turn_pacer pacer;
  while (!queue_->closed()) {
    std::this_thread::sleep_for(pacer.take(steady_clock::now()));
    try {
      turn();
    } catch (const std::exception& error) {
      // Out of descriptors, most likely: what could not be made is made in a later turn.
      log_.say("trouble",
               fmt::format("the link of node '{}' cannot go on at once: {}", settings_.own.name, error.what()));
      std::this_thread::sleep_for(link_timing(settings_.patience).first_backoff);
    }
  }
  control_.farewell_to_all("its run ended");
}

void node_link::impl::turn() {
  const auto now = steady_clock::now();
  control_.tick(now);
  snapshots_.tick(now);
  exchanges_.tick(now);
  transfers_.tick(now);
  polled_.clear();
  polled_.watch(queue_->descriptor(), [this] { do_commands(); });
  polled_.watch(authenticator_.socket(), [this] { authenticator_.answer(); });
  control_.watch(polled_);
  snapshots_.watch(polled_);
  exchanges_.watch(polled_);
  transfers_.watch(polled_);
  polled_.wait(idle_for());
}

std::chrono::milliseconds node_link::impl::idle_for() const {
  const auto due = std::min({control_.next_due(), snapshots_.next_due(), exchanges_.next_due(), transfers_.next_due()});
  const auto now = steady_clock::now();
  if (due <= now)
    return std::chrono::milliseconds(0);
  if (due - now >= longest_wait)
    return longest_wait;
  return std::chrono::ceil<std::chrono::milliseconds>(due - now);
}

void node_link::impl::do_commands() {
  for (auto& command : queue_->take())
    std::visit([this](auto& order) { carry_out(order); }, command);
}

node_link::node_link(caf::actor_system& system, link_settings settings)
  : impl_(std::make_unique<impl>(system, std::move(settings))) {}

node_link::~node_link() = default;

void node_link::start(caf::actor node) {
  impl_->push(begin_link{std::move(node)});
}

void node_link::tell_state(const node_state& state) {
  impl_->push(state);
}

std::shared_ptr<parameter_plane> node_link::plane() const {
  return impl_->plane();
}

link_counters node_link::counters() const {
  return impl_->counters();
}

} // namespace paceline
