#pragma once

#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/launch/launcher.hpp"
#include "cluster/launch/task.hpp"

#include <caf/actor_system.hpp>

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

namespace paceline {

/// What makes a process one node of several: it holds some of the groups, and meets the others.
class node_membership {
 public:
  virtual ~node_membership() = default;

  /// Fills in what the plan of a node differs in (own groups, patience). Called before anything is loaded, and again with the plan
  /// that is carried out.
  virtual void adapt(cluster_plan& plan) = 0;

  /// Makes the node's link to the others; the plan and services then lead to it. Throws invalid_input where its addresses cannot be
  /// used. Called before the first actor is spawned.
  virtual void join(caf::actor_system& system, const training_task& task, cluster_plan& plan,
                    run_services& services) = 0;

  /// The supervisor is there, and training is about to begin. `recorded_until` is the time of the last line in the folder's logs, 0
  /// where they are empty.
  virtual void ride(caf::actor_system& system, const run_services& services, const caf::actor& supervisor,
                    const caf::actor& recorder, std::chrono::nanoseconds recorded_until) = 0;

  /// All actors have ended: the others are told, and the link's thread ends.
  virtual void leave() = 0;

  /// Why the others do not take this node; empty where they do.
  virtual std::string refused() const = 0;
};

/// The part of a run that this process does: all of it, or that of one node.
struct process_run {
  run_config config;
  /// Where its logs and checkpoints go.
  std::filesystem::path folder;
  /// The folder holds an earlier part of this run.
  bool go_on = false;
  /// Where the run has several nodes; else nullptr. Outlives the run.
  node_membership* node = nullptr;
};

/// Trains until the budget is used up or a signal comes: shows where it stands on `out`, and leaves a complete run folder; one line
/// on `err` says why a run failed. Call it before any other thread is made (it takes SIGINT and SIGTERM over).
/// Throws invalid_input or io_failure where the run cannot be set up; then no trace of it is left.
launch_exit run_in_this_process(const process_run& run, std::ostream& out, std::ostream& err);

} // namespace paceline
