#include "actors/simulated_conductor.hpp"

#include "actors/conducted_end.hpp"
#include "actors/simulated_cluster.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>

namespace paceline {
namespace simulated {
namespace {

using std::chrono::nanoseconds;

std::vector<caf::actor> live(const simulated_conductor_state& state) {
  std::vector<caf::actor> actors;
  for (const auto& worker : state.workers)
    if (worker.compute)
      actors.push_back(worker.compute);
  return actors;
}

void finish(conductor_ptr self) {
  self->state.finished = true;
  tell_end(self, live(self->state));
}

/// Answers all who wait for the state of the run. Nothing happens before.
void answer_waiting(conductor_ptr self) {
  self->state.busy = true;
  ask_all<worker_state_ptr>(self, live(self->state), save_state{}, [self](auto&& workers) {
    auto& state = self->state;
    auto run = std::make_shared<run_state>();
    run->training_time = state.services.clock->training_time();
    take_workers(*run, std::move(workers), state.steps_of_lost);
    for (const auto& group : state.groups)
      run->groups.push_back(group.save());
    run->global = state.global->save();
    align_coordinators(*run, state.plan->groups, state.plan->workers_per_group);
    if (state.centre)
      run->centre = state.centre->state();
    align_exchanges(*run);
    choose_leader(*run, state.plan->strategy.loss_window);
    for (auto& promise : std::exchange(state.waiting, {}))
      promise.deliver(run_state_ptr(run));
    state.busy = false;
    pump(self);
  });
}

void begin_all(conductor_ptr self, begin_training order) {
  for (const auto& compute : live(self->state))
    self->send(compute, order);
  // Nothing comes at 0, by which a contribution that is none is told.
  self->state.plan->simulation->time->store(1);
  for (std::size_t i = 0; i < self->state.workers.size(); ++i) {
    self->state.workers[i].ready_at = now(self);
    self->state.events.put(now(self), [self, i] { begin_step(self, i); });
  }
  pump(self);
}

bool all_done(const simulated_conductor_state& state) {
  return std::all_of(state.workers.begin(), state.workers.end(),
                     [](const auto& worker) { return worker.done || !worker.compute; });
}

/// The run was stopped, and whoever has steps to make waits for others at a barrier to which they do not come.
bool stopped_at_barrier(const simulated_conductor_state& state) {
  return state.services.budget->cancelled() && state.events.empty()
         && std::all_of(state.workers.begin(), state.workers.end(), [](const auto& worker) {
              return worker.done || !worker.compute || worker.at_answer != nullptr;
            });
}

/// The earliest beginning of a gradient whose end nobody knows yet.
std::optional<nanoseconds> earliest_unknown(const simulated_conductor_state& state) {
  std::optional<nanoseconds> earliest;
  for (const auto& worker : state.workers)
    if (worker.under_way && (!earliest || worker.began_at < *earliest))
      earliest = worker.began_at;
  return earliest;
}

} // namespace

void pump(conductor_ptr self) {
  auto& state = self->state;
  while (!state.busy) {
    compute_queued(self);
    if (!state.waiting.empty())
      return answer_waiting(self);
    if (state.finished)
      return;
    // What is still on its way then comes too late, and would only let time pass.
    if (all_done(state) || stopped_at_barrier(state))
      return finish(self);
    const auto unknown = earliest_unknown(state);
    if (state.events.empty() || (unknown && *unknown + state.least_time < state.events.next_at()))
      return;
    assert(state.events.next_at() >= now(self));
    state.plan->simulation->time->store(state.events.next_at().count());
    state.events.take()();
  }
}

void lose_track(conductor_ptr self, std::size_t worker) {
  auto& state = self->state;
  auto& one = state.workers[worker];
  if (!one.compute)
    return;
  one.compute = nullptr;
  one.under_way = false;
  one.at_answer = nullptr;
  state.groups[one.id.group].forget(one.id.index);
  leave_centre(self, worker);
}

} // namespace simulated

static_assert(!std::is_constructible_v<simulated_conductor_state, caf::stateful_actor<simulated_conductor_state>*>);

simulated_conductor_state::simulated_conductor_state() : computing(0), busy(false), finished(false), steps_of_lost(0) {}

caf::behavior simulated_conductor_actor(caf::stateful_actor<simulated_conductor_state>* self,
                                        std::shared_ptr<const cluster_plan> plan, run_services services,
                                        caf::actor supervisor) {
  auto& state = self->state;
  state.plan = std::move(plan);
  state.services = std::move(services);
  state.supervisor = std::move(supervisor);
  state.network.emplace(state.plan->simulation->links);
  for (std::uint32_t group = 0; group < state.plan->groups; ++group)
    state.groups.emplace_back(state.plan->group_leadership(group));
  state.global.emplace(state.plan->global_leadership());
  const auto& resume = state.plan->resume;
  if (const auto& centre = state.plan->strategy.centre) {
    state.centre = centre->make_rule(state.plan->centre_shape());
    const bool goes_on = resume && resume->centre;
    if (goes_on)
      state.centre->restore(*resume->centre);
    state.rounds.emplace(state.plan->worker_ids(), centre->together, goes_on);
  }
  if (resume) {
    for (std::uint32_t group = 0; group < state.plan->groups; ++group)
      state.groups[group].restore(resume->groups[group]);
    state.global->restore(resume->global);
  }
  return {
    [self](const std::vector<caf::actor>& computes) {
      const auto ids = self->state.plan->worker_ids();
      for (std::size_t i = 0; i < computes.size(); ++i)
        self->state.workers.push_back({.id = ids[i], .compute = computes[i]});
    },
    [self](const failure& lost) {
      self->state.steps_of_lost += lost.steps;
      simulated::lose_track(self, self->state.plan->position(lost.worker));
      simulated::pump(self);
    },
    [self](begin_training order) { simulated::begin_all(self, order); },
    [self](save_run) -> caf::result<run_state_ptr> {
      auto promise = self->make_response_promise();
      self->state.waiting.push_back(promise);
      simulated::pump(self);
      return promise;
    },
  };
}

} // namespace paceline
