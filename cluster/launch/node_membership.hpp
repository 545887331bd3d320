#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "cluster/link/link_counters.hpp"
#include "compute/parameter_layout.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <string>

namespace paceline {

/// What makes a process one node of several: it holds some of the groups, and meets the others.
class node_membership {
 public:
  virtual ~node_membership() = default;

  /// Fills in what the plan of a node differs in (own groups, patience). Called before anything is loaded, and again with the plan
  /// that is carried out.
  virtual void adapt(cluster_plan& plan) = 0;

  /// Whether all nodes begin at once from what they have saved, so that none is further than that.
  virtual bool begins_together() const = 0;

  /// Makes the node's link to the others, over which parameters of that layout travel; the plan and services then lead to it. Throws
  /// invalid_input where its addresses cannot be used. Called before the first actor is spawned.
  virtual void join(caf::actor_system& system, const parameter_layout& layout, cluster_plan& plan,
                    run_services& services) = 0;

  /// The supervisor is there, and training is about to begin. Up to `recorded_until` rehearsed faults were carried out by an earlier part
  /// of the run; 0 where there is none.
  virtual void ride(caf::actor_system& system, const run_services& services, const caf::actor& supervisor,
                    const caf::actor& recorder, std::chrono::nanoseconds recorded_until) = 0;

  /// What passed the link so far. Between join and leave, from any thread.
  virtual link_counters traffic() const = 0;

  /// All actors have ended: the others are told, and the link's thread ends.
  virtual void leave() = 0;

  /// Why the others do not take this node; empty where they do.
  virtual std::string refused() const = 0;
};

} // namespace paceline
