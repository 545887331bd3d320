#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

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

/// Spawns all actors of a plan on behalf of `supervisor`, which is also told every decision. None begins to work before it
/// is sent prepare and begin_training.
spawned_cluster spawn_cluster(caf::event_based_actor& supervisor, const std::shared_ptr<const cluster_plan>& plan,
                              const run_services& services);

} // namespace paceline
