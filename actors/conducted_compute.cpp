#include "actors/conducted_compute.hpp"

#include "actors/type_ids.hpp"
#include "compute/thread_cpu_time.hpp"

#include <caf/all.hpp>

namespace paceline {
namespace {

/// `made`: whether the actor is still there after its step.
caf::result<loss_report> answer_step(compute_actor_ptr self, bool made) {
  auto& state = self->state;
  if (!made)
    return caf::make_error(caf::sec::runtime_error);
  const auto report = state.training->report();
  if (state.training->report_due())
    state.watchers.tell(state.training->progress());
  return report;
}

/// A gradient, and the processor's time that it took.
gradient_made make_gradient(compute_actor_ptr self, const make_gradient_at& order) {
  auto& training = *self->state.training;
  training.note_waiting(order.waited, std::chrono::nanoseconds{0});
  const auto began = thread_cpu_time();
  training.begin_step(order.budget_used, order.at);
  return {thread_cpu_time() - began};
}

caf::result<step_made> finish_at(compute_actor_ptr self, const finish_step_at& order) {
  auto& training = *self->state.training;
  const auto began = thread_cpu_time();
  const auto outcome = order.by_centre ? training.finish_step_by_centre() : training.finish_step();
  training.note_waiting(order.waited, order.waited);
  if (!tell(self, outcome))
    return caf::make_error(caf::sec::runtime_error);
  step_made made{.report = training.report(), .report_due = training.report_due(), .took = thread_cpu_time() - began};
  if (made.report_due)
    self->state.watchers.tell(training.progress());
  return made;
}

} // namespace

caf::message_handler conducted_orders(compute_actor_ptr self) {
  return {
    [self](const advance& order) {
      const turn now(self->state);
      return answer_step(self, make_one_step(self, order.budget_used));
    },
    [self](query_contribution) {
      const turn now(self->state);
      auto& training = *self->state.training;
      return training.contribution_due() ? training.contribute() : contribution{};
    },
    [self](const begin_gradient& order) {
      const turn now(self->state);
      self->state.training->begin_step(order.budget_used);
      return self->state.training->contribute_gradient();
    },
    [self](const finish_gradient&) {
      const turn now(self->state);
      return answer_step(self, tell(self, self->state.training->finish_step_by_centre()));
    },
    [self](const centre_answer& answer) {
      const turn now(self->state);
      self->state.settings.answers->put(answer);
      if (answer.use == answer_use::replace)
        tell(self, self->state.training->take_replacement());
    },
    [self](query_report) {
      const turn now(self->state);
      self->state.training->measure();
      return self->state.training->report();
    },
    [self](apply_pulls) {
      const turn now(self->state);
      tell(self, self->state.training->apply_pulls());
      return pulls_done{};
    },
    [self](const make_gradient_at& order) { return make_gradient(self, order); },
    [self](give_gradient) { return self->state.training->contribute_gradient(); },
    [self](const finish_step_at& order) { return finish_at(self, order); },
    [self](const snapshot_ptr& snapshot) { self->state.training->receive(snapshot); },
  };
}

} // namespace paceline
