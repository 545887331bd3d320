#pragma once

#include "actors/live_parameters.hpp"
#include "actors/observers.hpp"
#include "actors/parameter_plane.hpp"
#include "actors/run_budget.hpp"
#include "actors/run_clock.hpp"
#include "actors/run_state.hpp"
#include "actors/worker_training.hpp"
#include "actors/worker_vitals.hpp"
#include "compute/trainer.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// What all actors of a run in one process share.
struct run_services {
  std::shared_ptr<run_clock> clock;
  std::shared_ptr<run_budget> budget;
  std::shared_ptr<parameter_plane> plane;
};

struct compute_actor_settings {
  worker_training_settings training;
  /// Called once, on the actor's own thread.
  std::function<std::unique_ptr<trainer>()> make_trainer;
  /// Cores to which the actor's thread is bound; empty for none.
  std::vector<int> cores;
  /// Name of the actor's thread; empty where it has none of its own.
  std::string thread_name;
  /// Where to go on from; a new run where empty.
  std::shared_ptr<const worker_state> resume;
  /// Parameters to begin from in place of the trainer's own; called once, on the actor's own thread, and may wait. Nothing, or
  /// nullptr, for none.
  std::function<snapshot_ptr()> start_from;
  /// What its steps count on from, where it is not resumed.
  std::uint64_t steps_before = 0;
  std::shared_ptr<worker_vitals> vitals = std::make_shared<worker_vitals>();
  /// Open from when it is prepared until it ends.
  std::shared_ptr<live_parameters> parameters = std::make_shared<live_parameters>();
  /// Where answers of the centre come in, of a strategy that has one.
  std::shared_ptr<answer_slot> answers = std::make_shared<answer_slot>();
  /// Steps come one by one, by a conductor's orders, instead of freely.
  bool lockstep = false;
  /// That one says how long the worker waited, since the clock is not the one that passes here.
  bool simulated = false;
};

struct compute_actor_state {
  compute_actor_state();
  ~compute_actor_state();
  compute_actor_state(const compute_actor_state&) = delete;
  compute_actor_state& operator=(const compute_actor_state&) = delete;

  const char* name = "compute";
  compute_actor_settings settings;
  run_services services;
  caf::actor worker;
  caf::actor supervisor;
  observers watchers;
  std::unique_ptr<worker_training> training;
  bool training_now;
  bool exchange;
  /// A make_step message to itself is in the mailbox: the actor cannot fall idle.
  bool step_pending;
  /// Of a strategy that is a barrier: waits for the centre's answer: before it has a step to make, before it makes it, or in the midst of it.
  enum class waiting { no, before_claim, before_step, in_step };
  waiting for_answer;
  /// Since when it is to train and has nothing to do.
  std::optional<std::chrono::nanoseconds> idle_since;

  /// Of the strategy; nullptr where it has none.
  const centre_settings* centre() const {
    const auto& found = settings.training.strategy.centre;
    return found ? &*found : nullptr;
  }
};

/// Owns one trainer and drives it; spawn it detached: a step takes as long as it takes.
///
///   (new) --prepare--> ready --begin_training--> training --budget used up--> finished
///     |--- anything throws: a failure to observers, worker and supervisor, in this order, then it exits
///     `--- retired (worker_vitals) while it made a step: it exits without a word
///
/// With a strategy whose centre is a barrier it makes no step while its contribution is not answered (answer_came); nowhere else it waits.
/// While training it sends itself make_step after each step, so whatever came meanwhile (take_snapshot, save_state,
/// query_progress, set_exchange) is handled at the step boundary, and it never waits for any of it. Snapshots do not pass the mailbox
/// at all: those to be pulled to lie in the worker's slots, and its own are copied by others (live_parameters). Reports go to
/// `worker` (and with all counters to the observers), worker_ready and worker_finished to `supervisor`.
caf::behavior compute_actor(caf::stateful_actor<compute_actor_state>* self, compute_actor_settings settings,
                            run_services services, caf::actor worker, caf::actor supervisor, observers watchers);

} // namespace paceline
