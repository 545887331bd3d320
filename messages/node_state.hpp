#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

/// Who holds the place of the global leader, as one node knows it. A claim of a higher term replaces one of a lower term; of
/// two of the same term that of the lower name stands.
struct seat_claim {
  /// Counts the holders since the run began; 0 while there is none.
  std::uint64_t term = 0;
  /// Name of the node.
  std::string holder;
};

/// What a node tells all others several times in each span of patience: that it lives, and what a node that has lost its
/// memory needs to go on. Soft state: the latest one replaces all before it.
struct node_state {
  std::string node;
  /// Drawn at random at the start of the process: tells a restarted node from the one before.
  std::uint64_t incarnation = 0;
  seat_claim seat;
  /// Steps made by all workers of the node together since the run began, those of earlier incarnations included.
  std::uint64_t steps = 0;
  /// The steps of other nodes as this one knows them; what a restarted node counts on from.
  struct known_steps {
    std::string node;
    std::uint64_t steps = 0;
  };
  std::vector<known_steps> others;
  /// Workers that train now.
  std::uint32_t live_workers = 0;
  /// Those of its workers that do not train now, and whose shards are the others' meanwhile; empty where shards are not handed on.
  std::vector<worker_id> lost_workers;
  /// Training time of the run at this node.
  std::chrono::nanoseconds training_time{0};
  /// The node trains (true), or is still preparing or has ended (false).
  bool training = false;
};

} // namespace paceline
