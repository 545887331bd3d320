#include "actors/supervisor_side_work.hpp"

#include "actors/ask.hpp"
#include "actors/evaluator.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace paceline::side_work {
namespace {

/// A test or a write that takes longer is taken for lost.
constexpr auto side_work_timeout = std::chrono::minutes(60);

std::shared_ptr<run_state> assemble(const supervisor_state& state,
                                    std::vector<std::optional<worker_state_ptr>>&& workers) {
  auto run = std::make_shared<run_state>();
  run->training_time = state.services.clock->training_time();
  run->first_group = state.plan->own_groups().first;
  run->groups = state.groups;
  run->global = state.global;
  // Each worker counts once, by its own state or, where it gave none, by what was known when it was last lost.
  std::uint64_t steps_of_lost = 0;
  for (const auto id : state.plan->worker_ids()) {
    const auto told = [id](const auto& worker) { return worker && (*worker)->id == id; };
    if (std::none_of(workers.begin(), workers.end(), told))
      steps_of_lost += state.workers[state.plan->position(id)].lost_steps;
  }
  take_workers(*run, std::move(workers), steps_of_lost);
  align_coordinators(*run, state.plan->groups, state.plan->workers_per_group);
  choose_leader(*run, state.plan->strategy.loss_window);
  return run;
}

void add_centre(supervisor_ptr self, const std::shared_ptr<run_state>& run,
                const std::function<void(run_state_ptr)>& done) {
  const auto& centre = self->state.cluster.centre;
  if (!centre)
    return done(run);
  ask<centre_state_ptr>(
    self, centre, side_work_timeout, save_centre{},
    [run, done](const centre_state_ptr& state) {
      run->centre = *state;
      align_exchanges(*run);
      done(run);
    },
    [run, done](const caf::error&) {
      align_exchanges(*run);
      done(run);
    });
}

std::string text_of(const caf::error& error) {
  return error.context().empty() ? caf::to_string(error) : error.context().get_as<std::string>(0);
}

} // namespace

std::vector<caf::actor> live(const supervisor_state& state) {
  std::vector<caf::actor> actors;
  for (std::size_t i = 0; i < state.workers.size(); ++i)
    if (state.cluster.computes[i] && state.workers[i].now == supervised_worker::place::riding)
      actors.push_back(state.cluster.computes[i]);
  return actors;
}

void note_failure(supervisor_ptr self, failure_code code, const std::string& what) {
  failure report{.code = code, .what = what};
  self->state.plan->watchers.tell(report);
  self->state.result.failures.push_back(std::move(report));
}

void gather(supervisor_ptr self, const std::function<void(run_state_ptr)>& done) {
  auto& state = self->state;
  if (live(state).empty())
    return done(nullptr);
  if (state.cluster.conductor) {
    ask<run_state_ptr>(
      self, state.cluster.conductor, step_boundary_timeout, save_run{},
      [done](const run_state_ptr& run) { done(run->workers.empty() ? nullptr : run); },
      [done](const caf::error&) { done(nullptr); });
    return;
  }
  ask_all<worker_state_ptr>(self, live(state), save_state{}, [self, done](auto&& workers) {
    auto run = assemble(self->state, std::move(workers));
    if (run->workers.empty())
      return done(nullptr);
    add_centre(self, run, done);
  });
}

void test(supervisor_ptr self, const run_state_ptr& run, const std::function<void(std::optional<evaluation>)>& done) {
  auto& state = self->state;
  if (!state.cluster.evaluator || !run)
    return done(std::nullopt);
  ask<evaluation>(
    self, state.cluster.evaluator, side_work_timeout, run,
    [self, done](const evaluation& found) {
      self->state.plan->watchers.tell(found);
      done(found);
    },
    [self, done](const caf::error& error) {
      const bool unreadable = error == picture_unreadable_error;
      note_failure(self, unreadable ? failure_code::picture_unreadable : failure_code::evaluation_failed,
                   text_of(error));
      if (unreadable)
        self->state.services.budget->cancel();
      done(std::nullopt);
    });
}

void write(supervisor_ptr self, const run_state_ptr& run, const std::function<void()>& done) {
  auto& state = self->state;
  if (!state.cluster.checkpointer || !run)
    return done();
  ask<bool>(
    self, state.cluster.checkpointer, side_work_timeout, run, [done](bool) { done(); },
    [self, done](const caf::error& error) {
      note_failure(self, failure_code::checkpoint_failed, text_of(error));
      done();
    });
}

} // namespace paceline::side_work
