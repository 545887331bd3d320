#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <memory>
#include <vector>

namespace paceline {

/// The actors of one cluster, wired to each other; invalid where the plan has no use for one.
struct spawned_cluster {
  /// By position (cluster_plan::position).
  std::vector<caf::actor> computes;
  /// Workers, group leaders and the global leader; none in lock-step.
  std::vector<caf::actor> coordinators;
  /// Only in lock-step.
  caf::actor conductor;
  caf::actor evaluator;
  caf::actor checkpointer;
};

/// Spawns all actors of a plan. `supervisor` is told when workers are ready, have finished or fail; `decision_watchers` are told
/// the decisions of free-running leaders (in lock-step the plan's observers are). None begins to work before it is sent prepare
/// and begin_training.
spawned_cluster spawn_cluster(caf::actor_system& system, const caf::actor& supervisor,
                              const observers& decision_watchers, const std::shared_ptr<const cluster_plan>& plan,
                              const run_services& services);

/// Ends all of them, and drops the handles.
void end_cluster(spawned_cluster& cluster);

} // namespace paceline
