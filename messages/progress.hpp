#pragma once

#include "messages/ids.hpp"
#include "messages/loss_report.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// Counters of one compute actor since it started (not carried over a resume).
struct compute_counters {
  std::uint64_t steps = 0;
  /// Time inside training steps.
  std::chrono::nanoseconds stepping{0};
  /// Part of `stepping` in which the next batch was not yet prepared.
  std::chrono::nanoseconds waited_for_data{0};
  /// Time in which the actor was to train, yet had nothing to do before a message came. 0 unless a barrier is part of
  /// the run (lock-step).
  std::chrono::nanoseconds waited_for_messages{0};
  std::uint64_t pulls_group = 0;
  std::uint64_t pulls_global = 0;
  /// Snapshots replaced by a newer one of the same scope before they were applied.
  std::uint64_t superseded = 0;
  /// With the centre of a strategy that has one.
  std::uint64_t exchanges = 0;
  std::uint64_t snapshots_taken = 0;
  /// Times it was elected and did not lead, since its parameters were not finite.
  std::uint64_t withheld = 0;
  /// Times the worker was set onto a leader's parameters because its own loss was not finite.
  std::uint64_t recoveries = 0;
  /// Candidates of others that were scored for a verified election, and the time that took from the worker's own steps.
  std::uint64_t probes = 0;
  std::chrono::nanoseconds probing{0};
  /// Places in its batches whose own picture cannot be read, so that another one of its class stood there.
  std::uint64_t pictures_replaced = 0;

  compute_counters& operator+=(const compute_counters& other);
};

/// One line of a worker's progress: its latest report and counters.
struct worker_progress {
  loss_report report;
  double learning_rate = 0;
  /// Epochs made over the worker's own shard.
  double epochs = 0;
  compute_counters counters;
};

/// Told by a worker whose path is traced: where it stood before one of its steps.
struct worker_point {
  worker_id worker;
  /// Made before that point; its next step's gradient was taken there.
  std::uint64_t steps = 0;
  /// Of the step's batch, at that point.
  double loss = 0;
  /// All its parameters; empty where they are too many to be told.
  std::vector<float> point{};
};

/// Told by a follower when it was pulled.
struct pull_applied {
  worker_id worker;
  paceline::scope scope = paceline::scope::group;
  worker_id leader;
  std::uint64_t decision = 0;
  /// The follower's own steps when pulled.
  std::uint64_t steps = 0;
  double strength = 0;
  /// Euclidean distance between worker and leader before the pull.
  double distance = 0;
  /// From the copy at the leader to the pull at the follower.
  std::chrono::nanoseconds age{0};
};

/// Told by a worker whose own parameters had diverged and were replaced by a leader's or the centre's.
struct worker_recovered {
  worker_id worker;
  /// Empty where it was the centre.
  std::optional<worker_id> leader;
  /// The worker's own steps then.
  std::uint64_t steps = 0;
};

/// Told by the supervisor when a worker that was lost trains again.
struct worker_restarted {
  worker_id worker;
  /// Whose parameters it begins from: a leader's, or before the first leader another worker's; empty where nobody's were there.
  std::optional<worker_id> source;
  /// What its steps count on from.
  std::uint64_t steps = 0;
  /// How often the worker was restarted so far, this time included.
  std::uint64_t restarts = 0;
  /// From its loss to its first step.
  std::chrono::nanoseconds away{0};
};

/// Test result of one set of parameters.
struct test_score {
  /// Mean cross-entropy over the test set.
  double loss = 0;
  /// Share of wrong answers, 0 to 1.
  double error = 0;
};

/// What the evaluator found.
struct evaluation {
  std::uint64_t total_steps = 0;
  /// Training time when the parameters were taken; evaluation itself is left out.
  std::chrono::nanoseconds training_time{0};
  /// Mean of all workers' parameters.
  test_score centre;
  /// The global leader's parameters; empty before there is one.
  std::optional<test_score> leader;
  worker_id leader_id;
};

} // namespace paceline
