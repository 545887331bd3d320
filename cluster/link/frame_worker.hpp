#pragma once

#include "actors/parameter_plane.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_queue.hpp"
#include "cluster/link/link_settings.hpp"
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

/// Encodes and decodes snapshots on a thread of its own: a large one takes tens of milliseconds, which neither a worker's step
/// nor the heartbeats are to wait for. Thread-safe. Of each kind of work, and of each peer, only the newest piece waits, so memory
/// is bounded by a few snapshots a peer.
class frame_worker {
 public:
  /// Checked snapshots go to `local`, encoded ones to `queue`.
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

  /// The newest global snapshot is wanted as an offer_frame.
  void prepare_offer();

 private:
  /// What to do next; at most one of each.
  struct work {
    snapshot_ptr own;
    bool offer = false;
    std::optional<arrival> arrived;
  };

  void run();
  /// Waits for it; empty where the worker is to end.
  bool next(work& todo);
  /// Whatever a task throws costs its snapshot alone: `doing` says in a line what was not done.
  template <class Task>
  void attempt(const char* doing, Task task);
  void encode(const snapshot_ptr& snapshot);
  void offer();
  void decode(const arrival& arrived);
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

  std::thread thread_;
};

} // namespace paceline
