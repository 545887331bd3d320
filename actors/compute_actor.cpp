#include "actors/compute_actor.hpp"

#include "actors/compute_steps.hpp"
#include "actors/conducted_compute.hpp"
#include "actors/type_ids.hpp"
#include "compute/affinity.hpp"
#include "compute/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <exception>
#include <type_traits>
#include <utility>

namespace paceline {

// CAF constructs an aggregate from the actor pointer, which would fill its first members with it.
static_assert(!std::is_constructible_v<compute_actor_state, caf::stateful_actor<compute_actor_state>*>);

compute_actor_state::compute_actor_state()
  : training_now(false), exchange(true), step_pending(false), for_answer(waiting::no) {}

compute_actor_state::~compute_actor_state() {
  settings.parameters->close();
}

namespace {

using waiting = compute_actor_state::waiting;

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

failure_code code_of(const std::exception_ptr& thrown, bool has_started) {
  try {
    std::rethrow_exception(thrown);
  } catch (const unreadable_picture&) {
    return failure_code::picture_unreadable;
  } catch (...) {
    return has_started ? failure_code::worker_step_failed : failure_code::worker_start_failed;
  }
}

void make_trainer(compute_actor_ptr self) {
  auto& state = self->state;
  pin_this_thread(state.settings.cores);
  name_this_thread(state.settings.thread_name);
  const auto group = state.settings.training.id.group;
  auto training = std::make_unique<worker_training>(
    state.settings.training, state.settings.make_trainer(), state.services.plane->subscribe(scope::group, group),
    state.services.plane->subscribe(scope::global, 0), state.services.clock, state.settings.answers);
  if (state.settings.resume)
    training->restore(*state.settings.resume);
  const auto start = state.settings.start_from ? state.settings.start_from() : nullptr;
  if (start || state.settings.steps_before > 0)
    training->begin(start, std::max(state.settings.steps_before, training->report().steps));
  state.training = std::move(training);
  state.settings.parameters->open(*state.training);
  state.settings.resume.reset();
  state.settings.start_from = nullptr;
  state.settings.vitals->steps.store(state.training->report().steps);
  self->send(state.supervisor, worker_ready{state.settings.training.id});
}

/// To the group leader through the worker, and with all counters to the observers.
void report(compute_actor_ptr self, bool is_last = false) {
  auto& state = self->state;
  const auto progress = state.training->progress();
  if (is_last)
    state.watchers.tell_surely(progress);
  else
    state.watchers.tell(progress);
  self->send(state.worker, progress.report);
}

void step_again(compute_actor_ptr self) {
  self->state.step_pending = true;
  self->send(self, make_step{});
}

void finish_training(compute_actor_ptr self) {
  auto& state = self->state;
  state.training_now = false;
  constexpr bool is_last = true;
  report(self, is_last);
  // Of a run that was stopped the others' exchange stays to be made, by all (close_centre).
  if (state.centre() && !state.services.budget->cancelled())
    self->send(state.worker, leaves_centre{state.settings.training.id});
  self->send(state.supervisor, worker_finished{state.settings.training.id});
}

/// What follows a step that was made in one go or in two halves.
void after_step(compute_actor_ptr self) {
  if (self->state.exchange && self->state.training->report_due())
    report(self);
  step_again(self);
}

void make_claimed_step(compute_actor_ptr self) {
  if (make_one_step(self, self->state.services.budget->used()))
    after_step(self);
}

/// Gives the centre what is due. Returns whether the answer is to be waited for, in that way.
bool give(compute_actor_ptr self, waiting how) {
  auto& state = self->state;
  if (!state.training->contribution_due())
    return false;
  self->send(state.worker, state.training->contribute());
  if (!state.centre()->together)
    return false;
  state.for_answer = how;
  return true;
}

void step_freely(compute_actor_ptr self) {
  auto& state = self->state;
  state.step_pending = false;
  if (!state.training_now)
    return;
  const auto* centre = state.exchange ? state.centre() : nullptr;
  if (centre && centre->replaces && give(self, waiting::before_claim))
    return;
  if (!state.services.budget->claim())
    return finish_training(self);
  if (centre && centre->gradients) {
    state.training->begin_step(state.services.budget->used());
    self->send(state.worker, state.training->contribute_gradient());
    state.for_answer = waiting::in_step;
    return;
  }
  if (centre && !centre->replaces && give(self, waiting::before_step))
    return;
  make_claimed_step(self);
}

void go_on(compute_actor_ptr self) {
  auto& state = self->state;
  if (state.for_answer == waiting::no || !state.training->answered())
    return;
  const auto what = std::exchange(state.for_answer, waiting::no);
  if (what == waiting::before_claim && tell(self, state.training->take_replacement()))
    step_again(self);
  else if (what == waiting::before_step)
    make_claimed_step(self);
  else if (what == waiting::in_step && tell(self, state.training->finish_step_by_centre()))
    after_step(self);
}

/// Nobody may answer any more. A step that has begun is made anew, alone.
void wait_no_more(compute_actor_ptr self) {
  const auto what = std::exchange(self->state.for_answer, waiting::no);
  if (what == waiting::before_claim)
    step_again(self);
  else if (what != waiting::no)
    make_claimed_step(self);
}

/// The answer to what was given may have been lost with the voice before this one.
void take_voice(compute_actor_ptr self, const caf::actor& voice) {
  auto& state = self->state;
  state.worker = voice;
  if (const auto* given = state.training ? state.training->unanswered() : nullptr)
    self->send(voice, *given);
}

} // namespace

caf::behavior compute_actor(compute_actor_ptr self, compute_actor_settings settings, run_services services,
                            caf::actor worker, caf::actor supervisor, observers watchers) {
  auto& state = self->state;
  state.settings = std::move(settings);
  state.services = std::move(services);
  state.worker = std::move(worker);
  state.supervisor = std::move(supervisor);
  state.watchers = std::move(watchers);
  self->set_exception_handler([self](std::exception_ptr& thrown) -> caf::error {
    fail(self, code_of(thrown, self->state.training != nullptr), text_of(thrown));
    return caf::exit_reason::unhandled_exception;
  });

  caf::message_handler of_its_own{
    [self](prepare) { make_trainer(self); },
    [self](const report_to& order) { take_voice(self, order.coordinator); },
    [self](begin_training) {
      const turn now(self->state);
      self->state.training_now = true;
      if (self->state.settings.lockstep)
        return;
      self->state.step_pending = true;
      self->send(self, make_step{});
    },
    [self](make_step) {
      const turn now(self->state);
      step_freely(self);
    },
    [self](answer_came) {
      const turn now(self->state);
      go_on(self);
    },
    [self](const take_snapshot& order) {
      const turn now(self->state);
      if (const auto snapshot = self->state.training->take_snapshot(order.decision))
        self->state.services.plane->publish(snapshot);
      return snapshot_published{};
    },
    [self](const copy_parameters& order) {
      const turn now(self->state);
      return self->state.training->take_snapshot(order.decision);
    },
    [self](const score_parameters& order) {
      const turn now(self->state);
      return probe_score{self->state.training->score(*order.candidate)};
    },
    [self](set_exchange order) {
      const turn now(self->state);
      self->state.exchange = order.on;
      if (!order.on)
        wait_no_more(self);
    },
    [self](query_progress) {
      const turn now(self->state);
      return self->state.training->progress();
    },
    [self](save_state) -> worker_state_ptr {
      const turn now(self->state);
      return std::make_shared<worker_state>(self->state.training->save());
    },
  };
  return of_its_own.or_else(conducted_orders(self));
}

} // namespace paceline
