#pragma once

#include "actors/parameter_plane.hpp"
#include "cluster/link/exchange_message.hpp"
#include "cluster/link/frame_worker.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_log.hpp"
#include "cluster/link/link_queue.hpp"
#include "cluster/link/link_settings.hpp"
#include "cluster/link/link_sockets.hpp"
#include "cluster/link/poll_set.hpp"
#include "cluster/link/transfer_fetch.hpp"
#include "cluster/link/transfer_source.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

/// Hands the newest global snapshot to peers that ask (own ROUTER), and asks each peer whose snapshots come from now on, one after the
/// other, for one that is newer than what this node has (a DEALER while it does). What comes of exchanges with the strategy's centre
/// is handed on. Used on the link's thread, once made.
class transfer_sockets {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// An exchange with the strategy's centre that came over the ROUTER; without values where they are empty.
  using exchange_listener = std::function<void(const exchange_message& head, std::optional<zmq::message_t> values)>;

  /// Binds the ROUTER. Throws as link_sockets::bound.
  transfer_sockets(const link_settings& settings, const link_sockets& sockets, link_log& log,
                   std::shared_ptr<link_tally> tally, frame_worker& worker, std::shared_ptr<parameter_plane> local,
                   exchange_listener exchanged);

  void join(const node_endpoints& peer);
  void leave(const node_endpoints& peer);

  void watch(poll_set& set);
  void tick(time_point now);
  time_point next_due() const;

  /// The answer to frame_worker::prepare_offer.
  void offer(offer_frame newest, time_point now);

 private:
  /// A peer that is to be asked.
  struct wish {
    node_endpoints peer;
    int attempts_left;
    time_point not_before{};
  };
  struct fetch {
    wish from;
    transfer_fetch steps;
    std::unique_ptr<watched_socket> dealer;
    time_point next_want;
    time_point give_up_at;
    bool over = false;
  };
  struct asker {
    std::string route;
    transfer_message want;
  };

  void read_router(time_point now);
  void handle(const std::string& route, const transfer_message& message, time_point now);
  void answer(const std::string& route, const transfer_message& head);
  void read_dealer(fetch& from, time_point now);
  void ask(fetch& from, const transfer_message& message);
  void begin_next(time_point now);
  void finish(fetch& done, time_point now);
  /// Asks once more after a while, some times; then the next global decision has to bring a snapshot.
  void ask_again_later(wish failed, time_point now, const std::string& problem);
  void refuse_message(const std::string& from);

  const link_settings& settings_;
  const link_sockets& sockets_;
  link_log& log_;
  std::shared_ptr<link_tally> tally_;
  frame_worker& worker_;
  std::shared_ptr<parameter_plane> local_;
  exchange_listener exchanged_;
  std::unique_ptr<watched_socket> router_;
  transfer_source source_;
  /// Who wants an offer that is being prepared; bounded.
  std::vector<asker> askers_;
  std::vector<wish> to_ask_;
  std::unique_ptr<fetch> fetch_;
};

} // namespace paceline
