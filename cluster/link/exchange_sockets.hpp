#pragma once

#include "cluster/link/exchange_message.hpp"
#include "cluster/link/frame_worker.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_log.hpp"
#include "cluster/link/link_queue.hpp"
#include "cluster/link/link_settings.hpp"
#include "cluster/link/link_sockets.hpp"
#include "cluster/link/poll_set.hpp"
#include "cluster/link/waiting_exchanges.hpp"

#include <zmq.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// What workers of this node and a centre of another one say to each other, and the other way round: a DEALER to the transfer ROUTER of
/// each peer that something is for, both ways, so that a ROUTER never answers. Large, so short queues: what waits for a connection, or
/// behind others, is the newest of each worker alone. Whoever is not answered says it again. Used on the link's thread, once made.
class exchange_sockets {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  exchange_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                   std::shared_ptr<link_tally> tally, frame_worker& worker);

  void join(const node_endpoints& peer, std::uint64_t incarnation);
  void leave(const node_endpoints& peer);

  void watch(poll_set& set);
  /// Closes what has left, and connects anew where that is due.
  void tick(time_point now);
  time_point next_due() const;

  /// From a proxy: lets the frame worker encode it.
  void tell(tell_exchange order);
  /// From the frame worker: sends it, at once or when there is room.
  void send(send_exchange order);
  /// What came over the transfer ROUTER, from whomever: lets the frame worker check what is of a peer.
  void receive(const exchange_message& head, std::optional<zmq::message_t> values);

 private:
  struct peer {
    node_endpoints where;
    std::uint64_t incarnation;
    /// nullptr while nothing was to be sent.
    std::unique_ptr<watched_socket> socket = nullptr;
    waiting_exchanges<send_exchange> waiting = {};
    /// Not at once: the socket may be in a poll set.
    bool left = false;
    /// A connection that ended in what is no ZMTP (a message that is too long) ZeroMQ does not make again; so one that is not
    /// back by then is replaced. So is one that could not be made.
    std::optional<time_point> replace_at = std::nullopt;
  };

  peer* joined_peer(const std::string& node, std::uint64_t incarnation);
  void connect(peer& to, time_point now);
  void read_monitor(peer& of);
  void deliver(peer& to);
  void drop();

  const link_settings& settings_;
  const link_sockets& sockets_;
  link_log& log_;
  std::shared_ptr<link_tally> tally_;
  frame_worker& worker_;
  std::vector<std::unique_ptr<peer>> peers_;
};

} // namespace paceline
