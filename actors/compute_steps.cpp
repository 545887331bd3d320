#include "actors/compute_steps.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

namespace paceline {

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

bool tell(compute_actor_ptr self, const worker_training::outcome& outcome) {
  auto& state = self->state;
  if (state.settings.vitals->retired.load()) {
    self->quit();
    return false;
  }
  state.settings.vitals->steps.store(state.training->report().steps);
  if (outcome.traced)
    state.watchers.tell(*outcome.traced);
  for (const auto& pull : outcome.pulls)
    state.watchers.tell(pull);
  const auto id = state.settings.training.id;
  if (outcome.exchanged)
    state.watchers.tell(*outcome.exchanged);
  if (outcome.recovered)
    state.watchers.tell(worker_recovered{id, outcome.recovered_from, state.training->report().steps});
  if (outcome.lost)
    fail(self, failure_code::worker_diverged,
         state.centre() ? "the loss is not finite, and what the centre has does not help"
                        : "the loss is not finite, and there is no leader to recover from");
  return !outcome.lost;
}

bool make_one_step(compute_actor_ptr self, double budget_used) {
  auto& state = self->state;
  const auto outcome = state.exchange ? state.training->step(budget_used) : state.training->step_alone(budget_used);
  return tell(self, outcome);
}

} // namespace paceline
