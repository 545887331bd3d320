#pragma once

#include "cluster/link/node_link.hpp"
#include "cluster/preflight/node_findings.hpp"
#include "cluster/preflight/peer_board.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace paceline {

/// Measures this node's links to the others, which are to do the same. The nodes take turns by name, so that they do not disturb each
/// other; meanwhile each answers the others' messages and snapshots. Used on one thread.
class link_meter {
 public:
  /// Links this node to the others; they may come from now on. `settings` as link_settings_of gives them, `parameters` their number.
  /// The system outlives the meter. Throws as node_link.
  link_meter(caf::actor_system& system, link_settings settings, std::size_t parameters, std::size_t snapshot_bytes);

  /// Says farewell to the others.
  ~link_meter();

  link_meter(const link_meter&) = delete;
  link_meter& operator=(const link_meter&) = delete;

  /// This node has measured its training by so many steps, and is ready now. Others are waited for by 2 x patience until they are
  /// there, and as long as they measure theirs (within a minute). Returns when the others no longer need this node.
  /// Throws invalid_input where they do not take it.
  std::vector<link_finding> measure(std::uint64_t steps);

 private:
  using time_point = peer_board::time_point;

  void tell_state(std::uint64_t steps, bool is_measuring);
  /// Answers the others' snapshots until the meter's end.
  void answer_snapshots();
  void wait_for_turn();
  void measure_round_trips(link_finding& to);
  /// To all at once: they are sent to all at once in a run too.
  void measure_bandwidth(std::vector<link_finding>& to);
  /// Returns when it began.
  time_point publish();
  bool has_answered(const std::string& node, time_point deadline);

  caf::actor_system& system_;
  link_settings settings_;
  std::size_t parameters_;
  std::size_t snapshot_bytes_;
  /// All nodes by name: their places are who a snapshot is from, and whose turn it is.
  std::vector<std::string> names_;
  std::uint32_t place_ = 0;
  /// Of the last question or snapshot.
  std::uint64_t number_ = 0;
  peer_board board_;
  caf::actor node_;
  std::shared_ptr<snapshot_slot> slot_;
  std::atomic<bool> ending_ = false;
  std::thread answering_;
  /// Last: it calls the board.
  std::unique_ptr<node_link> link_;
};

} // namespace paceline
