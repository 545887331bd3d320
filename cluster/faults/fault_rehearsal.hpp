#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/faults/fault_roster.hpp"
#include "cluster/faults/fault_switches.hpp"
#include "cluster/faults/freezer.hpp"
#include "messages/node_state.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace paceline {

/// How one node rehearses the faults of its run: all that its runtime needs to know of them. Where the run has none, and no least
/// step time, nothing is changed.
class fault_rehearsal {
 public:
  /// Call it before any other thread is made. Requires: `node` is one of the run's.
  fault_rehearsal(const run_config& config, std::string node);

  /// From then on what the plan's workers train with obeys the faults.
  void adapt(cluster_plan& plan) const;

  /// For the link; nullptr where nothing is rehearsed.
  std::shared_ptr<const link_filter> filter() const;

  /// What this node tells the others now: whether it holds the seat. Thread-safe.
  void note(const node_state& state) { holds_seat_ = state.seat.holder == node_; }

  /// From now on faults strike, until `supervisor` ends. `recorder` is told of them; `after` is the time of the last record of an
  /// earlier process of this node. This object outlives the system.
  void start(caf::actor_system& system, const run_services& services, const caf::actor& supervisor,
             const caf::actor& recorder, std::chrono::nanoseconds after);

 private:
  fault_settings settings_;
  fault_roster roster_;
  std::string node_;
  std::chrono::nanoseconds patience_;
  std::shared_ptr<fault_switches> switches_;
  std::unique_ptr<freezer> freezer_;
  std::atomic<bool> holds_seat_ = false;
};

} // namespace paceline
