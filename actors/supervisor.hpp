#pragma once

#include "actors/cluster_actors.hpp"
#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "actors/recurring_timer.hpp"
#include "actors/run_state.hpp"
#include "actors/type_ids.hpp"
#include "messages/failure.hpp"
#include "messages/progress.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

/// How a run ended; told to the observers as the supervisor's last message.
struct run_finished {
  /// State at the end; nullptr where no worker was left.
  run_state_ptr state;
  /// Test of the end's centre and leader; empty where tests are skipped or failed.
  std::optional<evaluation> final_test;
  /// What failed on the way, in order.
  std::vector<failure> failures;
  /// Actors that did not end in time, named for people. An actor system that holds one of them cannot end before it does.
  std::vector<std::string> stuck;
};

/// What a supervisor knows of one worker.
struct supervised_worker {
  explicit supervised_worker(const restart_limits& limits) : history(limits) {}

  /// See supervisor_restarts.hpp; a worker that prepares for the first time rides already.
  enum class place { riding, waiting, asking, preparing, gone };
  place now = place::riding;
  /// Made its last step.
  bool finished = false;
  restart_history history;
  /// Steps when it was last lost; 0 before.
  std::uint64_t lost_steps = 0;
  std::chrono::nanoseconds lost_at{0};
  /// When its wait for a restart is over.
  std::chrono::nanoseconds due{0};
  /// Whose parameters its successor begins from.
  std::optional<worker_id> source;
};

struct supervisor_state {
  supervisor_state();

  const char* name = "supervisor";
  std::shared_ptr<const cluster_plan> plan;
  run_services services;
  /// The plan's watchers and the supervisor itself.
  observers decision_watchers;

  /// Its compute actors are by position, each invalid once it is gone.
  spawned_cluster cluster;
  /// By position.
  std::vector<supervised_worker> workers;
  /// Coordinators' soft state as far as it can be seen from their decisions (free running), to number them on after a resume.
  /// By own group.
  std::vector<leadership_state> groups;
  leadership_state global;

  enum class phase { preparing, training, finishing, ending };
  phase now;
  /// Workers that prepare, or train, still, or are on their way back.
  std::size_t busy;
  bool testing;
  bool writing;
  /// On training time.
  recurring_timer test_timer;
  recurring_timer checkpoint_timer;
  run_finished result;

  /// Actors that have not ended yet, by name: killed workers that may be stuck, and in the end all.
  std::vector<std::pair<caf::actor_addr, std::string>> ending;
  /// Since the budget was used up, and since the end began, in looks at the clock.
  std::chrono::nanoseconds over_for;
  std::chrono::nanoseconds ending_for;
};

/// Starts a cluster and ends it, in order; on the way it has it tested and checkpointed when it is time.
///
///   preparing --all workers ready or failed--> training --budget used up or stop_run--> finishing --last test and
///   checkpoint done--> ending --all its actors ended, or shutdown_time over--> run_finished to the observers, then it exits itself
///
/// A worker that fails or is killed is a failure told to the observers; the others ride on, and within the plan's limits it is
/// started again (supervisor_restarts.hpp). Actors that do not end in time are named in a failure, and so are workers whose last step
/// takes longer than cluster_plan::last_step_time. It never stands in the way of a step: states are copied at step boundaries,
/// and tests and disks are other actors' affair.
caf::behavior supervisor_actor(caf::stateful_actor<supervisor_state>* self, std::shared_ptr<const cluster_plan> plan,
                               run_services services);

/// The time of a plan's run: what passes, or the simulated one.
std::shared_ptr<run_clock> make_clock(const cluster_plan& plan);

/// What the actors of a plan share when they all live in this process.
run_services make_services(const cluster_plan& plan, std::shared_ptr<run_clock> clock);

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::run_finished)
