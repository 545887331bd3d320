#pragma once

#include "cluster/link/control_traffic.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_log.hpp"
#include "cluster/link/link_queue.hpp"
#include "cluster/link/link_settings.hpp"
#include "cluster/link/link_sockets.hpp"
#include "cluster/link/peer_session.hpp"
#include "cluster/link/poll_set.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// The small messages between nodes: own ROUTER, to which the peers connect, and a DEALER to each peer's. Runs the peers'
/// sessions, and turns what they find into messages to the node's actor. Used on the link's thread, once made.
class control_plane {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// What others of the link want to know.
  struct listeners {
    std::function<void(const node_endpoints&, std::uint64_t incarnation)> joined;
    std::function<void(const node_endpoints&)> lost;
  };

  /// What it shares with the rest of the link, which outlives it.
  struct environment {
    caf::actor_system& system;
    const link_settings& settings;
    const link_sockets& sockets;
    link_log& log;
    std::shared_ptr<link_queue> queue;
    std::shared_ptr<link_tally> tally;
  };

  /// Binds the ROUTER. Throws as link_sockets::bound.
  control_plane(environment shared, listeners told);

  /// Connects to the peers, and from now on tells `node` what comes.
  /// Throws invalid_input where a peer's endpoint is none.
  void begin(caf::actor node, time_point now);

  void watch(poll_set& set);

  /// Does what is due by now.
  void tick(time_point now);
  time_point next_due() const;

  /// Says it where a peer that is not there has a host without an address.
  void note(const host_looked_up& found);

  /// Sends to a peer, unless it is another incarnation now.
  void tell(const tell_peer& order);

  /// Hands it to the node's actor, unless its peer has been lost meanwhile.
  void deliver(const exchange_came& found);

  /// What the heartbeats carry from now on.
  void set_state(node_state state) { state_ = std::move(state); }

  /// Says goodbye to all who have joined; nothing more is to be done afterwards.
  void farewell_to_all(const std::string& reason);

 private:
  struct peer {
    peer_session session;
    std::unique_ptr<watched_socket> dealer;
    caf::actor proxy;
    /// The connection is to be replaced at the next turn; nothing is said over it any more.
    bool reconnect = false;
    /// ZeroMQ connects again where a connection broke, but not where the other side said what is no ZMTP, or had other keys.
    /// So a connection that is not back by then is replaced.
    std::optional<time_point> replace_at = std::nullopt;
    /// The resolver was asked for its host and has not answered yet.
    bool is_looked_up = false;

    bool can_be_told() const { return dealer && !reconnect; }
  };

  /// Where a message came from: a route of the ROUTER, or a peer's own DEALER.
  using reply_to = std::function<void(const control_message&)>;

  /// Where it cannot, it is tried again later.
  void connect(peer& to, time_point now);
  void read_router(time_point now);
  void read_dealer(peer& from, time_point now);
  void read_dealer_monitor(peer& of, time_point now);
  void handle(const std::string& route, const control_message& message, time_point now);
  void apply(peer& with, session_actions actions, const control_message* message, const reply_to& reply);
  /// Asks whether the host of a peer that is not there has an address.
  void look_up(peer& which);
  void give_up(const std::string& why);
  /// That incarnation, which has joined; nullptr where it has not, or is no more.
  peer* joined_peer(const std::string& node, std::uint64_t incarnation);

  environment shared_;
  listeners told_;
  control_traffic traffic_;
  hello own_;
  std::unique_ptr<watched_socket> router_;
  std::vector<std::unique_ptr<peer>> peers_;
  caf::actor node_;
  node_state state_;
  time_point last_tick_{};
  /// This node was refused: it says nothing any more.
  bool out_ = false;
};

} // namespace paceline
