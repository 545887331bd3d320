#pragma once

#include "actors/ask.hpp"
#include "actors/simulated_conductor.hpp"

#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

// What the parts of the conductor of a simulated cluster ask of each other: the course of events (simulated_conductor.cpp), the steps of
// workers (simulated_steps.cpp), and what workers, leaders and the centre tell each other (simulated_messages.cpp). Workers are
// told by their positions.

namespace paceline::simulated {

using conductor_ptr = caf::stateful_actor<simulated_conductor_state>*;

/// Lets happen what can.
void pump(conductor_ptr self);

/// A worker of which nothing is heard any more is waited for by nobody.
void lose_track(conductor_ptr self, std::size_t worker);

inline std::chrono::nanoseconds now(conductor_ptr self) {
  return self->state.services.clock->now();
}

/// Asks a worker's compute actor in the midst of an event, which goes on with the answer. Nothing happens before.
template <class Answer, class Order>
void ask_now(conductor_ptr self, std::size_t worker, const Order& order, std::function<void(const Answer&)> done) {
  auto& state = self->state;
  state.busy = true;
  ask<Answer>(
    self, state.workers[worker].compute, step_boundary_timeout, order,
    [self, done](const Answer& answer) {
      self->state.busy = false;
      done(answer);
      pump(self);
    },
    [self, worker](const caf::error&) {
      self->state.busy = false;
      lose_track(self, worker);
      pump(self);
    });
}

/// The worker's next step, and what comes before it.
void begin_step(conductor_ptr self, std::size_t worker);

/// Gives processors to gradients that wait for one.
void compute_queued(conductor_ptr self);

/// The report is sent to the group's leader at `at`.
void send_report(conductor_ptr self, const loss_report& report, std::chrono::nanoseconds at);

/// Gives the centre what is due, then `next`: at once, or where all wait for each other with the answer.
void exchange(conductor_ptr self, std::size_t worker, const std::function<void()>& next);
void send_to_centre(conductor_ptr self, const contribution& one);
void leave_centre(conductor_ptr self, std::size_t worker);

} // namespace paceline::simulated
