#pragma once

#include "actors/parameter_plane.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_queue.hpp"
#include "cluster/link/link_settings.hpp"
#include "cluster/link/waiting_exchanges.hpp"
#include "messages/leader_snapshot.hpp"

#include <zmq.hpp>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace paceline {

/// Encodes and decodes snapshots, and what is exchanged with a centre, on a thread of its own: a large one takes tens of milliseconds,
/// which neither a worker's step nor the heartbeats are to wait for. Thread-safe. Of each kind of work, of each peer, and of each worker
/// that exchanges, only the newest piece waits, so memory is bounded by a few of them.
class frame_worker {
 public:
  /// Checked snapshots go to `local`; encoded ones, and exchanges of either direction, to `queue`.
  frame_worker(const link_settings& settings, std::shared_ptr<parameter_plane> local, std::shared_ptr<link_queue> queue,
               std::shared_ptr<link_tally> tally);
  /// Drops what waits.
  ~frame_worker();

  frame_worker(const frame_worker&) = delete;
  frame_worker& operator=(const frame_worker&) = delete;

  /// A snapshot to be sent to all peers.
  void publish(snapshot_ptr snapshot);

  /// A frame that came from a peer.
  struct arrival {
    std::string peer;
    zmq::message_t frame;
    /// It was asked for, as the newest there is: its age does not matter.
    bool fetched = false;
  };
  void receive(arrival frame);

  /// An exchange for a peer, wanted as a send_exchange.
  void give(tell_exchange order);

  /// An exchange that came from a peer, wanted as an exchange_came.
  struct arrived_exchange {
    std::string peer;
    exchange_message head;
    /// Empty where it has no values.
    std::optional<zmq::message_t> values;
  };
  void receive(arrived_exchange exchange);

  /// The newest global snapshot is wanted as an offer_frame.
  void prepare_offer();

 private:
  /// What to do next; at most one of each.
  struct work {
    snapshot_ptr own;
    bool offer = false;
    std::optional<arrival> arrived;
    std::optional<tell_exchange> given;
    std::optional<arrived_exchange> exchanged;
  };

  void run();
  /// Waits for it; empty where the worker is to end.
  bool next(work& todo);
  /// Whatever a task throws costs its piece alone: `undone` says what was not done.
  template <class Task>
  void attempt(const char* undone, Task task);
  /// Of exchanges that wait: put there, and the worker told.
  template <class Piece>
  void put(waiting_exchanges<Piece>& waiting, const exchange_key& key, Piece piece);
  void encode(const snapshot_ptr& snapshot);
  void offer();
  void decode(const arrival& arrived);
  void encode(const tell_exchange& order);
  void decode(const arrived_exchange& arrived);
  void push(link_command result);
  void refuse(frame_refusal why, const std::string& key, const std::string& line);
  frame_ptr encoded(const leader_snapshot& snapshot) const;

  const link_settings& settings_;
  std::shared_ptr<parameter_plane> local_;
  std::shared_ptr<link_queue> queue_;
  std::shared_ptr<link_tally> tally_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  snapshot_ptr own_;
  bool offer_wanted_ = false;
  /// By peer.
  std::map<std::string, arrival> frames_;
  waiting_exchanges<tell_exchange> given_;
  waiting_exchanges<arrived_exchange> exchanged_;

  std::thread thread_;
};

} // namespace paceline
