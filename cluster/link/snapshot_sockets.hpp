#pragma once

#include "cluster/link/frame_worker.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_log.hpp"
#include "cluster/link/link_queue.hpp"
#include "cluster/link/link_settings.hpp"
#include "cluster/link/link_sockets.hpp"
#include "cluster/link/poll_set.hpp"
#include "cluster/link/snapshot_audience.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// No frame of this layout is longer, whatever its type.
std::int64_t longest_frame(const link_settings& settings);

/// The newest snapshot of each node to each other: own ROUTER, and a DEALER to each peer that has joined, so that a peer that is gone
/// holds nothing. A subscriber gives credit for one frame at a time (snapshot_audience), so what waits here is the newest one only.
/// (PUB and SUB with ZMQ_CONFLATE would do the same, if ZeroMQ's queue of one did not lose a message now and then: a subscription
/// for good, or the last frame until the next.) Used on the link's thread, once made.
class snapshot_sockets {
 public:
  /// Binds the ROUTER. Throws as link_sockets::bound.
  /// Calls connected(peer) whenever a connection to a peer stands: what it published before is to be fetched.
  snapshot_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                   std::shared_ptr<link_tally> tally, frame_worker& worker,
                   std::function<void(const node_endpoints&)> connected);

  using time_point = std::chrono::steady_clock::time_point;

  void join(const node_endpoints& peer);
  void leave(const node_endpoints& peer);

  void watch(poll_set& set);
  /// Closes what has left, connects anew and says credits again where that is due.
  void tick(time_point now);
  time_point next_due() const;

  /// Sends it to all subscribers, at once or when they are done with the one before.
  void send(const frame_ptr& frame);

 private:
  struct subscription {
    node_endpoints peer;
    std::unique_ptr<watched_socket> socket;
    bool left = false;
    /// A connection that ended in what is no ZMTP (a frame that is too long) ZeroMQ does not make again; so one that is
    /// not back by then is replaced. So is one that could not be made (`socket` is empty then).
    std::optional<time_point> replace_at = std::nullopt;
    /// Frames received over this socket, whose connection ZeroMQ may have made anew: a count that began again with each would meet
    /// credits of before on its way.
    frame_credit credit = {};
    time_point next_credit = time_point::max();
  };

  void connect(subscription& to, time_point now);
  void read(subscription& from);
  void read_monitor(subscription& of);
  void give_credit(subscription& to, time_point now);
  void read_credits();
  void refuse(const std::string& from, const std::string& why);
  /// Everything that leaves is lost on its way.
  bool is_cut_off() const;
  /// Sends the newest frame to whom it may go now.
  void deliver();

  const link_settings& settings_;
  const link_sockets& sockets_;
  link_log& log_;
  std::shared_ptr<link_tally> tally_;
  frame_worker& worker_;
  std::function<void(const node_endpoints&)> connected_;
  std::unique_ptr<watched_socket> publisher_;
  snapshot_audience audience_;
  /// Held for as long as somebody is still to get it.
  frame_ptr newest_;
  std::vector<std::unique_ptr<subscription>> subscriptions_;
};

} // namespace paceline
