#pragma once

#include "actors/compute_actor.hpp"
#include "actors/observers.hpp"
#include "cluster/faults/fault_schedule.hpp"
#include "cluster/faults/fault_switches.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

struct fault_actor_settings {
  std::shared_ptr<const fault_schedule> schedule;
  /// This node.
  std::string node;
  /// Training time up to which an earlier process of this node has carried them out.
  std::chrono::nanoseconds after{0};
  std::chrono::nanoseconds patience = std::chrono::seconds(2);
  std::shared_ptr<const run_clock> clock;
  /// Whether the run's budget is used up: then no fault begins any more.
  std::function<bool()> is_over;
  /// Whether this node decides for all now.
  std::function<bool()> holds_seat;
  std::shared_ptr<fault_switches> switches;
  /// Stops this process for that time; returns before.
  std::function<void(std::chrono::nanoseconds)> freeze;
  /// Ends this process without a word.
  std::function<void()> kill;
  /// Is told kill_worker.
  caf::actor supervisor;
  /// Answers flush_records when what was told before is written down.
  caf::actor recorder;
  observers watchers;
};

struct fault_actor_state {
  fault_actor_state();

  const char* name = "faults";
  fault_actor_settings settings;
  /// Training time up to which faults were looked for.
  std::chrono::nanoseconds looked_up_to;
  /// Training time since which this node holds the seat.
  std::optional<std::chrono::nanoseconds> seated_since;
  /// Those that go on.
  std::vector<fault> active;
};

/// Carries out the faults that strike this node, on training time, and tells the observers when each begins and ends.
///
/// One that it comes to late by more than patience is passed over: the process stood still or was not there when it was to be
/// struck. So is one of the seat's holder where this node has not held the seat for as long as patience: clocks of nodes differ a
/// little, and the one that the fault is for may have just been killed.
///
/// Before a fault that lets the process do nothing more, the recorder is waited for, so that the fault is in the log. Ends with
/// the supervisor.
caf::behavior fault_actor(caf::stateful_actor<fault_actor_state>* self, fault_actor_settings settings);

} // namespace paceline
