#pragma once

#include "actors/run_clock.hpp"
#include "actors/run_state.hpp"
#include "actors/snapshot_slot.hpp"
#include "actors/strategy.hpp"
#include "actors/worker_exchange.hpp"
#include "actors/worker_trace.hpp"
#include "compute/loss_window.hpp"
#include "compute/schedule.hpp"
#include "compute/trainer.hpp"
#include "messages/leader_announcement.hpp"
#include "messages/progress.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace paceline {

struct worker_training_settings {
  worker_id id;
  strategy_settings strategy;
  /// Base rate and how it changes with the share of the budget that is used.
  double learning_rate = 0.1;
  learning_rate_schedule schedule;
  /// Steps between two points of the worker's path that are told; 0 for none.
  std::uint64_t trace_every = 0;
};

/// What a compute actor does between two messages, without the actor: one worker's steps, its loss window, the snapshots that
/// wait for it, its counters. Used by one thread, but for try_take_snapshot; the slots and the clock are shared.
///
/// A worker has diverged when its loss or one of its parameters is not finite. Its loss then counts as NaN, so that it cannot
/// lead, and the next foreign snapshot replaces its parameters, with fresh optimiser state and an empty loss window.
class worker_training {
 public:
  /// `answers`: nullptr where the strategy has no centre.
  worker_training(const worker_training_settings& settings, std::unique_ptr<trainer> device,
                  std::shared_ptr<snapshot_slot> group_slot, std::shared_ptr<snapshot_slot> global_slot,
                  std::shared_ptr<const run_clock> clock, std::shared_ptr<answer_slot> answers = nullptr);

  /// What happened in a step beside the step itself.
  struct outcome {
    /// Pulls that were applied, group first.
    std::vector<pull_applied> pulls;
    /// What came of an exchange with the centre.
    std::optional<centre_exchanged> exchanged;
    /// Where the worker stood before the step, where its path is traced.
    std::optional<worker_point> traced;
    /// The worker's own parameters had diverged, and a leader's or the centre's replaced them.
    bool recovered = false;
    /// That leader; empty where it was the centre.
    std::optional<worker_id> recovered_from;
    /// The worker has diverged for longer than it takes to hear of a leader: either none came, or following it did not help.
    bool lost = false;
  };

  /// One step with the pulls of the snapshots that have come until its gradient is there. `budget_used` (0 to 1) decides the
  /// learning rate.
  outcome step(double budget_used);

  /// One step without looking at snapshots.
  outcome step_alone(double budget_used);

  /// Applies the snapshots that have come, between steps.
  outcome apply_pulls();

  /// Measures the objective where the worker stands, for a strategy that compares by it.
  void measure();

  // Of a strategy with a centre, whose answers come into `answers`.

  /// Whether the worker is to give its parameters before its next step.
  bool contribution_due() const;
  contribution contribute();
  /// Whether the answer to the last contribution is there.
  bool answered() { return exchange_ && exchange_->answered(); }

  /// What was given last and has no answer yet; nullptr for nothing.
  const contribution* unanswered() const { return exchange_ ? exchange_->unanswered() : nullptr; }

  /// Puts the centre's parameters in place of the worker's, where they have come.
  outcome take_replacement();

  // A step in two halves. `at`: when it begins, where that is not now.
  void begin_step(double budget_used, std::optional<std::chrono::nanoseconds> at = std::nullopt);
  /// As step.
  outcome finish_step();
  /// By the centre's gradient, to which the worker has contributed its own.
  outcome finish_step_by_centre();
  contribution contribute_gradient();

  /// A snapshot that comes by another way than the plane.
  void receive(const snapshot_ptr& snapshot);
  /// Time that was spent waiting, of which `from_steps` was counted as spent in steps.
  void note_waiting(std::chrono::nanoseconds time, std::chrono::nanoseconds from_steps);

  /// True where the last step was one after which the worker reports.
  bool report_due() const;

  loss_report report() const;
  worker_progress progress() const;

  /// A copy of the parameters for that decision. nullptr where they are not finite: they must not lead.
  snapshot_ptr take_snapshot(const leader_announcement& decision);

  /// The same from any thread, also in the midst of a step. nullptr, too, where they are being changed just now.
  snapshot_ptr try_take_snapshot(const leader_announcement& decision);

  /// Time in which the actor around it had nothing to do before a message came.
  void add_waited_for_messages(std::chrono::nanoseconds time) { counters_.waited_for_messages += time; }

  worker_state save() const;

  /// Begins in the place of a worker that has made so many steps: from the leader's parameters (from its own where there is
  /// none), with fresh optimiser state and an empty loss window, so that it cannot lead before that is full.
  /// Throws invalid_input where the leader's are of another model; then nothing has changed.
  void begin(const snapshot_ptr& leader, std::uint64_t steps);

  /// Loss of somebody's parameters on the probe batch; NaN where they are not finite, or are of another model.
  double score(const leader_snapshot& candidate);

  /// Throws invalid_input where the state does not fit; then nothing has changed.
  void restore(const worker_state& state);

 private:
  struct pending_pull {
    snapshot_ptr snapshot;
    double strength;
    pull_kind kind;
    /// It came since the last look.
    bool is_new;
  };
  /// Whether a pull goes with a step or stands between two.
  enum class moment { step, between };

  static leader_pull pull_of(const pending_pull& pending);
  /// The pulls toward foreign snapshots that are due, group first.
  std::vector<pending_pull> take_pending(moment when);
  /// `look`: at snapshots.
  outcome run_step(double budget_used, bool look);
  /// Makes the step by `make`, with the pulls and answers that have come where it looks at them, and all that follows from it.
  void complete_step(const std::function<step_result(const pull_source&)>& make, bool look, outcome& result);
  void account(const step_result& done);
  void note_exchange(const centre_answer& answer, outcome& result);
  void recover(const std::vector<pending_pull>& pending, outcome& result);
  void set_rate(double budget_used);
  /// Whether the parameters are of this worker's model.
  bool fits(const leader_snapshot& snapshot) const;
  /// To be pulled to.
  snapshot_ptr snapshot_of(const held_leader& held) const;
  std::shared_ptr<leader_snapshot> empty_snapshot(const leader_announcement& decision) const;
  /// Passes it on where its parameters are finite.
  snapshot_ptr finished(std::shared_ptr<leader_snapshot> snapshot);
  void record_pull(const pending_pull& pull, double distance, outcome& result);

  worker_training_settings settings_;
  std::unique_ptr<trainer> trainer_;
  std::shared_ptr<snapshot_slot> group_slot_;
  std::shared_ptr<snapshot_slot> global_slot_;
  std::shared_ptr<const run_clock> clock_;
  /// Empty where the strategy has no centre.
  std::optional<worker_exchange> exchange_;
  /// The newest of each scope, where every step is pulled.
  std::array<snapshot_ptr, 2> held_;
  /// Of the step that has begun, and when it did.
  double begun_loss_ = 0;
  std::chrono::nanoseconds begun_at_{0};
  loss_window window_;
  worker_trace trace_;
  std::uint64_t report_every_;
  /// Steps in a row that went wrong.
  std::uint64_t diverged_steps_ = 0;
  compute_counters counters_;
  std::atomic<std::uint64_t> snapshots_taken_ = 0;
};

} // namespace paceline
