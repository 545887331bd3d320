#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace paceline {

/// The actors of one cluster, wired to each other; invalid where the plan has no use for one.
struct spawned_cluster {
  /// By position (cluster_plan::position), as are the vitals that they share with whoever watches over them.
  std::vector<caf::actor> computes;
  std::vector<std::shared_ptr<worker_vitals>> vitals;
  std::vector<std::shared_ptr<live_parameters>> parameters;
  /// By position; none in lock-step, nor are there the next two.
  std::vector<caf::actor> workers;
  /// Of the own groups, in order.
  std::vector<caf::actor> group_leaders;
  caf::actor global_leader;
  /// Where workers look for the centre's answers, by position, and the centre; of a strategy that has one.
  std::vector<std::shared_ptr<answer_slot>> answers;
  caf::actor centre;
  /// Only in a run over several nodes.
  caf::actor node;
  /// Only in lock-step.
  caf::actor conductor;
  caf::actor evaluator;
  caf::actor checkpointer;
};

/// To whom workers give what is for the centre; invalid where there is none.
inline const caf::actor& way_to_centre(const spawned_cluster& cluster) {
  return cluster.centre && cluster.node ? cluster.node : cluster.centre;
}

/// Spawns all actors of a plan. `supervisor` is told when workers are ready, have finished or fail; `decision_watchers` are told
/// the decisions of free-running leaders (in lock-step the plan's observers are). None begins to work before it is sent prepare
/// and begin_training.
spawned_cluster spawn_cluster(caf::actor_system& system, const caf::actor& supervisor,
                              const observers& decision_watchers, const std::shared_ptr<const cluster_plan>& plan,
                              const run_services& services);

/// Spawns another compute actor in the place of the one at that position, which is retired: what it still does is not heard of. It
/// begins from these parameters (from its seed's where there are none), and its steps count on from `steps_before`. It is not yet
/// prepared, and its worker does not know it before it is named to it.
/// Requires a plan that is not in lock-step.
void spawn_successor(caf::actor_system& system, const caf::actor& supervisor, const cluster_plan& plan,
                     const run_services& services, spawned_cluster& cluster, worker_id id, const snapshot_ptr& start,
                     std::uint64_t steps_before);

/// Puts a new group leader into the place of one that is gone. `known`: the last decision of the group that is known; the new one's
/// are of a higher term. `decision_watchers` as for spawn_cluster. Not in lock-step.
void respawn_group_leader(caf::actor_system& system, spawned_cluster& cluster, const observers& decision_watchers,
                          const cluster_plan& plan, const run_services& services, std::uint32_t group,
                          const leadership_state& known);

/// The same for the global leader. In a run over several nodes the new one decides only where this node holds the seat, and under
/// the seat's term.
void respawn_global_leader(caf::actor_system& system, spawned_cluster& cluster, const observers& decision_watchers,
                           const cluster_plan& plan, const run_services& services, const leadership_state& known);

/// Puts a new worker actor into the place of one that is gone; its compute actor trains on meanwhile. Not in lock-step.
void respawn_worker(caf::actor_system& system, spawned_cluster& cluster, const cluster_plan& plan,
                    const run_services& services, worker_id id);

/// Ends all of them, and drops the handles.
void end_cluster(spawned_cluster& cluster);

struct named_actor {
  caf::actor actor;
  std::string name;
};

/// All of them that are valid, from those who decide to those who compute, named for people.
std::vector<named_actor> actors_of(const spawned_cluster& cluster, const cluster_plan& plan);

} // namespace paceline
