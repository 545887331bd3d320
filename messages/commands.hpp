#pragma once

#include "messages/leader_announcement.hpp"
#include "messages/leader_snapshot.hpp"
#include "messages/loss_report.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace paceline {

// What actors ask of each other. Each is a type of its own, so that a handler's signature says what it answers to.

/// To a compute actor: make the trainer, on your own thread. Answered to the supervisor by worker_ready or a failure.
struct prepare {};

/// To a compute actor: from now on make one step after the other until the budget is used up.
struct begin_training {};

/// From a compute actor to itself: the next step. Whatever came meanwhile is handled before it.
struct make_step {};

/// To a compute actor in lock-step: make exactly one step. Answered by a loss_report.
struct advance {
  /// Share of the budget that is used, 0 to 1; decides the learning rate.
  double budget_used = 0;
};

/// To a compute actor in lock-step: apply the snapshots that have come, now. Answered by pulls_done.
struct apply_pulls {};
struct pulls_done {};

/// To the leader's worker, and by it to its compute actor: copy the parameters and publish them for that decision.
/// Answered by snapshot_published.
struct take_snapshot {
  leader_announcement decision;
};
struct snapshot_published {};

/// To a worker, and by it to its compute actor: copy the parameters for that decision and hand them over unpublished. Answered by a
/// snapshot_ptr; nullptr where they are not finite.
struct copy_parameters {
  leader_announcement decision;
};

/// To a worker, and by it to its compute actor: score somebody's parameters on the probe batch, at the next step boundary.
/// Answered by a probe_score.
struct score_parameters {
  snapshot_ptr candidate;
};
struct probe_score {
  /// Not finite where a parameter is not.
  double loss = 0;
};

/// To a compute actor: the answer to its contribution lies where it looks for it.
struct answer_came {};

// To a compute actor in lock-step, of a strategy with a centre. The answer to a contribution is sent to it as a centre_answer.

/// Give your parameters. Answered by a contribution, which is empty (no worker's number, no values) where none is due.
struct query_contribution {};

/// Begin a step, up to its gradient. Answered by a contribution.
struct begin_gradient {
  /// As in advance.
  double budget_used = 0;
};

/// Make the step that has begun by the centre's answer. Answered by a loss_report.
struct finish_gradient {};

/// To a compute actor: measure the objective where you stand. Answered by a loss_report.
struct query_report {};

// To a compute actor of a simulated cluster, whose clock stands where the conductor puts it.

/// Compute the gradient of the next step. Answered by gradient_made.
struct make_gradient_at {
  double budget_used = 0;
  /// When the step begins, and how long the worker had waited for it.
  std::chrono::nanoseconds at{0};
  std::chrono::nanoseconds waited{0};
};
struct gradient_made {
  /// Of a processor.
  std::chrono::nanoseconds took{0};
};

/// Contribute the gradient that was made. Answered by a contribution.
struct give_gradient {};

/// Make the step of the gradient that was made, now. Answered by step_made.
struct finish_step_at {
  /// By the centre's gradient.
  bool by_centre = false;
  /// Since the gradient was there.
  std::chrono::nanoseconds waited{0};
};
struct step_made {
  loss_report report;
  bool report_due = false;
  /// Of a processor.
  std::chrono::nanoseconds took{0};
};

/// To the centre: answered by its state.
struct save_centre {};

/// To a compute actor: let the worker ride alone (no reports, no pulls) or with the others again.
struct set_exchange {
  bool on = true;
};

/// To a compute actor: answered at the next step boundary by a worker_progress.
struct query_progress {};

/// To a compute actor: answered at the next step boundary by a shared worker_state.
struct save_state {};

/// To the lock-step conductor: answered between two rounds by a shared run_state.
struct save_run {};

/// To a group leader or the global leader: decide from now on, without memory, first when each member that is not gone has
/// reported.
struct take_seat {
  /// Of its decisions (leader_announcement::term).
  std::uint64_t term = 0;
  /// Number of the last decision that is known; its own count on from it.
  std::uint64_t decisions = 0;
  /// After so long it decides with what it has heard.
  std::chrono::nanoseconds patience{0};
  /// Members that nobody is to wait for: workers of the group, or groups of the run.
  std::vector<std::uint32_t> gone;
};

/// To the global leader, or the centre of a run of several nodes: decide and answer no more, and forget what you know.
struct leave_seat {};

/// To the global leader: that group's node is lost. A report from it brings it back.
struct group_gone {
  std::uint32_t group = 0;
};

/// From an actor to itself, a few times a second: look whether something is due.
struct look_at_clock {};

/// To the supervisor: finish now, cleanly, as if the budget were used up.
struct stop_run {};

/// To the supervisor: end that worker as if it had crashed, whatever it is doing now, even where it is stuck in a step.
struct kill_worker {
  worker_id worker;
};

/// From a compute actor to the supervisor.
struct worker_ready {
  worker_id worker;
};

/// From a compute actor to the supervisor: the budget is used up; no more steps will be made.
struct worker_finished {
  worker_id worker;
};

} // namespace paceline
