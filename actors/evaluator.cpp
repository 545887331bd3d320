#include "actors/evaluator.hpp"

#include "actors/run_state.hpp"
#include "actors/type_ids.hpp"
#include "compute/errors.hpp"
#include "compute/thread_cpu_time.hpp"

#include <caf/all.hpp>

#include <exception>
#include <type_traits>

namespace paceline {
namespace {

/// Takes what testing costs the workers out of training time, little by little, so that the clock never jumps.
class time_exclusion {
 public:
  time_exclusion(run_clock& clock, double share) : clock_(clock), share_(share), counted_to_(thread_cpu_time()) {}

  void operator()() {
    const auto now = thread_cpu_time();
    clock_.exclude(std::chrono::duration_cast<std::chrono::nanoseconds>((now - counted_to_) * share_));
    counted_to_ = now;
  }

 private:
  run_clock& clock_;
  double share_;
  std::chrono::nanoseconds counted_to_;
};

evaluation evaluate(evaluator_state& state, const run_state& run) {
  time_exclusion exclude(*state.clock, state.settings.stolen_share);
  if (!state.test)
    state.test = state.settings.make_test();
  evaluation result;
  result.total_steps = run.total_steps;
  result.training_time = run.training_time;
  result.centre = state.test(centre_of(run), std::ref(exclude));
  for (const auto& worker : run.workers) {
    if (worker.id != run.leader)
      continue;
    result.leader = state.test(worker.training.parameters, std::ref(exclude));
    result.leader_id = worker.id;
  }
  exclude();
  return result;
}

} // namespace

static_assert(!std::is_constructible_v<evaluator_state, caf::stateful_actor<evaluator_state>*>);

evaluator_state::evaluator_state() = default;

caf::behavior evaluator_actor(caf::stateful_actor<evaluator_state>* self, evaluator_settings settings,
                              std::shared_ptr<run_clock> clock) {
  self->state.settings = std::move(settings);
  self->state.clock = std::move(clock);
  return {
    [self](const run_state_ptr& run) -> caf::result<evaluation> {
      try {
        return evaluate(self->state, *run);
      } catch (const unreadable_picture& e) {
        return caf::make_error(picture_unreadable_error, e.what());
      } catch (const std::exception& e) {
        return caf::make_error(caf::sec::runtime_error, e.what());
      }
    },
  };
}

} // namespace paceline
