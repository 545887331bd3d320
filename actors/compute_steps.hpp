#pragma once

#include "actors/compute_actor.hpp"

#include <caf/result.hpp>

#include <string>

namespace paceline {

using compute_actor_ptr = caf::stateful_actor<compute_actor_state>*;

// What a compute actor's handlers have in common, whether it steps freely or by orders.

/// Spans one handler: measures the time in which the actor was to train and had nothing to do before this message.
class turn {
 public:
  explicit turn(compute_actor_state& state) : state_(state) {
    if (!state_.idle_since)
      return;
    state_.training->add_waited_for_messages(state_.services.clock->now() - *state_.idle_since);
    state_.idle_since.reset();
  }

  ~turn() {
    if (state_.training_now && !state_.step_pending && !state_.settings.simulated)
      state_.idle_since = state_.services.clock->now();
  }

  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

 private:
  compute_actor_state& state_;
};

/// Its last word, before it quits.
void fail(compute_actor_ptr self, failure_code code, const std::string& what);

/// Tells what a step or pull did. Returns false where the worker is lost and the actor has quit.
bool tell(compute_actor_ptr self, const worker_training::outcome& outcome);

/// One step and all that follows from it. Returns false where the actor has quit.
bool make_one_step(compute_actor_ptr self, double budget_used);

} // namespace paceline
