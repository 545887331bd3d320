#include "actors/simulated_cluster.hpp"

#include "compute/counter_random.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace paceline::simulated {
namespace {

using std::chrono::nanoseconds;

void have_gradient(conductor_ptr self, std::size_t worker);

/// What a step takes where that is stated.
std::optional<nanoseconds> stated_time(conductor_ptr self, std::size_t worker, std::uint64_t step) {
  const auto& settings = *self->state.plan->simulation;
  if (!settings.step_time)
    return std::nullopt;
  counter_random random(derive_seed(derive_seed(settings.seed, worker), step));
  const auto deviation = settings.step_spread * static_cast<double>(random.uniform(-1.0f, 1.0f));
  return std::chrono::round<nanoseconds>(std::chrono::duration<double, std::nano>(*settings.step_time)
                                         * (1 + deviation));
}

void finish_step(conductor_ptr self, std::size_t worker, bool by_centre, nanoseconds gradient_at) {
  const finish_step_at order{.by_centre = by_centre, .waited = now(self) - gradient_at};
  ask_now<step_made>(self, worker, order, [self, worker](const step_made& made) {
    auto& state = self->state;
    const bool stated = state.plan->simulation->step_time.has_value();
    const auto over = now(self) + (stated ? nanoseconds{0} : made.took);
    state.workers[worker].ready_at = over;
    if (made.report_due)
      send_report(self, made.report, over);
    state.events.put(over, [self, worker] { begin_step(self, worker); });
  });
}

/// Has a gradient computed that was waiting for it.
void compute(conductor_ptr self, std::size_t worker) {
  auto& state = self->state;
  auto& one = state.workers[worker];
  if (!one.compute)
    return;
  ++state.computing;
  ask<gradient_made>(
    self, one.compute, step_boundary_timeout, one.order,
    [self, worker](const gradient_made& made) {
      auto& state = self->state;
      auto& one = state.workers[worker];
      --state.computing;
      if (std::exchange(one.under_way, false)) {
        if (made.took >= state.least_time)
          state.least_time =
            state.least_time.count() == 0 ? made.took * 4 / 5 : std::min(state.least_time, made.took * 4 / 5);
        // What others did meanwhile rested on the least time of then.
        state.events.put(std::max(one.began_at + std::max(made.took, state.least_time), now(self)),
                         [self, worker] { have_gradient(self, worker); });
      }
      // Also while an event waits for an answer.
      compute_queued(self);
      pump(self);
    },
    [self, worker](const caf::error&) {
      --self->state.computing;
      lose_track(self, worker);
      pump(self);
    });
}

void have_gradient(conductor_ptr self, std::size_t worker) {
  auto& state = self->state;
  if (!state.workers[worker].compute)
    return;
  // Where its time is stated, that may be over before anybody has begun to compute.
  if (std::erase(state.queued, worker) > 0)
    compute(self, worker);
  if (!state.centre || !state.plan->strategy.centre->gradients)
    return finish_step(self, worker, false, now(self));
  ask_now<contribution>(self, worker, give_gradient{}, [self, worker, at = now(self)](const contribution& one) {
    send_to_centre(self, one);
    self->state.workers[worker].at_answer = [self, worker, at] { finish_step(self, worker, true, at); };
  });
}

void make_gradient(conductor_ptr self, std::size_t worker) {
  auto& state = self->state;
  auto& one = state.workers[worker];
  one.began_at = now(self);
  one.order = {.budget_used = state.services.budget->used(), .at = one.began_at, .waited = one.began_at - one.ready_at};
  if (const auto stated = stated_time(self, worker, state.services.budget->claimed()))
    state.events.put(one.began_at + *stated, [self, worker] { have_gradient(self, worker); });
  else
    one.under_way = true;
  state.queued.push_back(worker);
}

void claim_step(conductor_ptr self, std::size_t worker) {
  auto& state = self->state;
  if (!state.services.budget->claim()) {
    state.workers[worker].done = true;
    // Of a run that was stopped the others' exchange stays to be made, by all.
    if (!state.services.budget->cancelled())
      leave_centre(self, worker);
    return;
  }
  const auto& centre = state.plan->strategy.centre;
  if (centre && !centre->gradients && !centre->replaces)
    exchange(self, worker, [self, worker] { make_gradient(self, worker); });
  else
    make_gradient(self, worker);
}

} // namespace

void begin_step(conductor_ptr self, std::size_t worker) {
  if (!self->state.workers[worker].compute)
    return;
  const auto& centre = self->state.plan->strategy.centre;
  if (centre && centre->replaces)
    exchange(self, worker, [self, worker] { claim_step(self, worker); });
  else
    claim_step(self, worker);
}

void compute_queued(conductor_ptr self) {
  auto& state = self->state;
  while (!state.queued.empty() && state.computing < state.plan->simulation->processors) {
    const auto worker = state.queued.front();
    state.queued.pop_front();
    compute(self, worker);
  }
}

} // namespace paceline::simulated
