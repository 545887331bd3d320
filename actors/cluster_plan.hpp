#pragma once

#include "actors/checkpointer.hpp"
#include "actors/evaluator.hpp"
#include "actors/leadership.hpp"
#include "actors/node_settings.hpp"
#include "actors/observers.hpp"
#include "actors/run_budget.hpp"
#include "actors/run_state.hpp"
#include "actors/simulation.hpp"
#include "actors/strategy.hpp"
#include "actors/worker_restarts.hpp"
#include "compute/data/shard_roster.hpp"
#include "compute/schedule.hpp"
#include "compute/trainer.hpp"
#include "messages/ids.hpp"
#include "messages/leader_snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

struct worker_training_settings;

/// All that a supervisor needs to run a cluster inside one process.
struct cluster_plan {
  /// Of the whole run.
  std::uint32_t groups = 1;
  std::uint32_t workers_per_group = 1;
  /// The groups that this process holds; all where it is empty.
  std::optional<group_range> own;
  /// Where the run has several nodes: which of them this process is. Not with lockstep.
  std::optional<node_settings> node;
  /// How long somebody is waited for who may be gone.
  std::chrono::nanoseconds patience = std::chrono::seconds(2);
  /// Makes a worker's trainer; called on that worker's own thread.
  std::function<std::unique_ptr<trainer>(worker_id)> make_trainer;
  /// Cores to which a worker is bound; none where it returns none.
  std::function<std::vector<int>(worker_id)> cores_of;

  strategy_settings strategy;
  /// How many of the model's numbers are trained, the first ones; for a strategy with a centre.
  std::size_t trained_parameters = 0;
  double learning_rate = 0.1;
  learning_rate_schedule schedule;
  /// Where given: fills in what a worker has for itself, its learning rate and its pulls, in place of all workers' (its id says whose
  /// they are). Called on any thread.
  std::function<void(worker_training_settings&)> set_apart;
  /// Steps between two points of each worker's path that observers are told; 0 for none.
  std::uint64_t trace_every = 0;
  budget_limits budget;
  /// Of workers that fail or are killed while they train. Without effect where a conductor makes them step.
  restart_limits restarts;
  /// Where given: parameters that a worker begins from in place of random ones when the cluster starts, such as the leader's of
  /// a run that this node joins late. Called on the worker's own thread, and may wait; nullptr for none.
  std::function<snapshot_ptr(worker_id)> start_from;
  /// Where given: kept up to date with which of this plan's workers train, for the batch loaders (data.shards = rebalance).
  /// Its shards are by group and index over the whole run. Without effect in lock-step, whose batches depend on no timing.
  std::shared_ptr<shard_roster> roster;

  /// Tests are skipped where make_test is empty; 0 means only at the end.
  evaluator_settings evaluator;
  std::chrono::nanoseconds evaluate_every{0};
  /// Checkpoints are skipped where it is empty; 0 means only at the end.
  checkpoint_writer write_checkpoint;
  std::chrono::nanoseconds checkpoint_every{0};

  /// All workers step together, and each decision is pulled to before the next step: the same seed gives the same bits.
  bool lockstep = false;
  /// The cluster is simulated in time of its own. Not with lockstep, nor with several nodes.
  std::optional<simulation_settings> simulation;
  /// Actors that compute or write have threads of their own. False leaves them to CAF's scheduler: for tests on the
  /// deterministic one.
  bool own_threads = true;
  /// How long a step may take that was begun before the budget was used up; the run ends without workers that take longer. The
  /// largest models step in minutes.
  std::chrono::nanoseconds last_step_time = std::chrono::minutes(10);
  /// How long actors may take to end when the run does, before those that are left are named in a failure.
  std::chrono::nanoseconds shutdown_time = std::chrono::seconds(10);
  /// Where to go on from; a new run where empty. Of the same own groups.
  std::shared_ptr<const run_state> resume;
  observers watchers;

  group_range own_groups() const { return own.value_or(group_range{0, groups}); }
  /// The workers of this process, by group and index.
  std::vector<worker_id> worker_ids() const;
  /// Position of a worker in worker_ids(). Requires that it is one of them.
  std::size_t position(worker_id id) const {
    return std::size_t{id.group - own_groups().first} * workers_per_group + id.index;
  }

  /// Whether a conductor makes workers step, one by one, instead of themselves.
  bool conducted() const { return lockstep || simulation; }

  /// Keeps the roster, where there is one.
  void set_live(worker_id id, bool live) const;
  /// As the roster says; true where there is none.
  bool is_live(worker_id id) const;

  paceline::centre_shape centre_shape() const {
    return {.workers = std::size_t{groups} * workers_per_group, .trained = trained_parameters};
  }

  leadership_settings group_leadership(std::uint32_t group) const;
  leadership_settings global_leadership() const;
};

} // namespace paceline
