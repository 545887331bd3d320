#include "actors/compute_actor.hpp"

#include "actors/type_ids.hpp"
#include "compute/affinity.hpp"
#include "compute/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <exception>
#include <type_traits>

namespace paceline {

// CAF constructs an aggregate from the actor pointer, which would fill its first members with it.
static_assert(!std::is_constructible_v<compute_actor_state, caf::stateful_actor<compute_actor_state>*>);

compute_actor_state::compute_actor_state() : training_now(false), exchange(true), step_pending(false) {}

compute_actor_state::~compute_actor_state() {
  settings.parameters->close();
}

namespace {

using compute_actor_ptr = caf::stateful_actor<compute_actor_state>*;

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
    if (state_.training_now && !state_.step_pending)
      state_.idle_since = state_.services.clock->now();
  }

  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

 private:
  compute_actor_state& state_;
};

void fail(compute_actor_ptr self, failure_code code, const std::string& what) {
  auto& state = self->state;
  if (state.settings.vitals->retired.load())
    return self->quit();
  const failure report{.code = code,
                       .worker = state.settings.training.id,
                       .what = what,
                       .steps = state.training ? state.training->report().steps : 0};
  // The supervisor last: its next word to the others may be the run's last.
  state.watchers.tell(report);
  self->send(state.worker, report);
  self->send(state.supervisor, report);
  state.training_now = false;
  self->quit(caf::exit_reason::unhandled_exception);
}

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
    state.services.plane->subscribe(scope::global, 0), state.services.clock);
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

/// Tells what a step or pull did. Returns false where the worker is lost and the actor has quit.
bool tell(compute_actor_ptr self, const worker_training::outcome& outcome) {
  auto& state = self->state;
  if (state.settings.vitals->retired.load()) {
    self->quit();
    return false;
  }
  state.settings.vitals->steps.store(state.training->report().steps);
  for (const auto& pull : outcome.pulls)
    state.watchers.tell(pull);
  const auto id = state.settings.training.id;
  if (outcome.recovered_from)
    state.watchers.tell(worker_recovered{id, *outcome.recovered_from, state.training->report().steps});
  if (outcome.lost)
    fail(self, failure_code::worker_diverged, "the loss is not finite, and there is no leader to recover from");
  return !outcome.lost;
}

/// One step and all that follows from it. Returns false where the actor has quit.
bool make_one_step(compute_actor_ptr self, double budget_used) {
  auto& state = self->state;
  const auto outcome = state.exchange ? state.training->step(budget_used) : state.training->step_alone(budget_used);
  return tell(self, outcome);
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

void step_freely(compute_actor_ptr self) {
  auto& state = self->state;
  state.step_pending = false;
  if (!state.training_now)
    return;
  if (!state.services.budget->claim()) {
    state.training_now = false;
    constexpr bool is_last = true;
    report(self, is_last);
    self->send(state.supervisor, worker_finished{state.settings.training.id});
    return;
  }
  if (!make_one_step(self, state.services.budget->used()))
    return;
  if (state.exchange && state.training->report_due())
    report(self);
  state.step_pending = true;
  self->send(self, make_step{});
}

caf::result<loss_report> step_once(compute_actor_ptr self, double budget_used) {
  auto& state = self->state;
  if (!make_one_step(self, budget_used))
    return caf::make_error(caf::sec::runtime_error);
  const auto report = state.training->report();
  if (state.training->report_due())
    state.watchers.tell(state.training->progress());
  return report;
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

  return {
    [self](prepare) { make_trainer(self); },
    [self](const report_to& order) { self->state.worker = order.coordinator; },
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
    [self](const advance& order) {
      const turn now(self->state);
      return step_once(self, order.budget_used);
    },
    [self](apply_pulls) {
      const turn now(self->state);
      tell(self, self->state.training->apply_pulls());
      return pulls_done{};
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
}

} // namespace paceline
