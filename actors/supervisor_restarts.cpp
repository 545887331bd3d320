#include "actors/supervisor_restarts.hpp"

#include "actors/ask.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace paceline::restarts {
namespace {

using place = supervised_worker::place;

supervised_worker& worker_at(supervisor_state& state, worker_id id) {
  return state.workers[state.plan->position(id)];
}

snapshot_ptr newest_of_a_leader(const supervisor_state& state, worker_id id) {
  const auto& plane = *state.services.plane;
  if (auto newest = plane.newest(scope::global, 0))
    return newest;
  if (auto newest = plane.newest(scope::group, id.group))
    return newest;
  for (const auto other : state.plan->worker_ids())
    if (auto newest = plane.newest(scope::group, other.group))
      return newest;
  return nullptr;
}

/// A worker that trains, of the same group where there is one; nullptr for none.
caf::actor somebody_riding(const supervisor_state& state, worker_id id) {
  caf::actor found;
  for (const auto other : state.plan->worker_ids()) {
    const auto position = state.plan->position(other);
    if (state.workers[position].now != place::riding || !state.cluster.computes[position])
      continue;
    if (other.group == id.group)
      return state.cluster.computes[position];
    if (!found)
      found = state.cluster.computes[position];
  }
  return found;
}

void spawn(supervisor_ptr self, worker_id id, const snapshot_ptr& start) {
  auto& state = self->state;
  auto& worker = worker_at(state, id);
  if (state.now != supervisor_state::phase::training)
    return;
  worker.now = place::preparing;
  worker.source = start ? std::optional(start->leader) : std::nullopt;
  spawn_successor(self->system(), caf::actor_cast<caf::actor>(self), *state.plan, state.services, state.cluster, id,
                  start, worker.lost_steps);
  const auto& compute = state.cluster.computes[state.plan->position(id)];
  self->monitor(compute);
  self->send(compute, prepare{});
}

void find_start(supervisor_ptr self, worker_id id) {
  auto& state = self->state;
  worker_at(state, id).now = place::asking;
  if (const auto newest = newest_of_a_leader(state, id))
    return spawn(self, id, newest);
  const auto other = somebody_riding(state, id);
  if (!other)
    return spawn(self, id, nullptr);
  ask<snapshot_ptr>(
    self, other, step_boundary_timeout, copy_parameters{},
    [self, id](const snapshot_ptr& theirs) { spawn(self, id, theirs); },
    [self, id](const caf::error&) { spawn(self, id, nullptr); });
}

} // namespace

bool schedule(supervisor_ptr self, const failure& lost) {
  auto& state = self->state;
  const auto id = lost.worker;
  auto& worker = worker_at(state, id);
  worker.now = place::gone;
  const auto& centre = state.plan->strategy.centre;
  // Workers that move by the mean of their gradients are one model, as long as each has made all steps.
  const bool apart_for_good = centre && centre->gradients;
  const bool never = state.cluster.conductor || state.plan->restarts.most == 0 || apart_for_good
                     || lost.code == failure_code::worker_diverged || lost.code == failure_code::picture_unreadable;
  if (never || state.now != supervisor_state::phase::training || state.services.budget->exhausted())
    return false;
  const auto now = state.services.clock->now();
  const auto wait = worker.history.next(now);
  if (!wait) {
    const failure given_up{
      .code = failure_code::worker_given_up,
      .worker = id,
      .what = "was restarted as often as is allowed (" + std::to_string(state.plan->restarts.most) + " times in "
              + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(state.plan->restarts.span).count())
              + " s); the run goes on without it; at last: " + lost.what};
    state.plan->watchers.tell(given_up);
    state.result.failures.push_back(given_up);
    return false;
  }
  worker.now = place::waiting;
  worker.lost_at = now;
  worker.due = now + *wait;
  return true;
}

void start_due(supervisor_ptr self) {
  auto& state = self->state;
  const auto now = state.services.clock->now();
  for (const auto id : state.plan->worker_ids()) {
    const auto& worker = worker_at(state, id);
    if (worker.now == place::waiting && worker.due <= now)
      find_start(self, id);
  }
}

void complete(supervisor_ptr self, worker_id id) {
  auto& state = self->state;
  auto& worker = worker_at(state, id);
  worker.now = place::riding;
  worker.finished = false;
  const auto position = state.plan->position(id);
  state.plan->set_live(id, true);
  const auto& compute = state.cluster.computes[position];
  // Its worker first, which does not listen to strangers.
  self->send(state.cluster.workers[position],
             compute_of_worker{compute, state.cluster.parameters[position], state.cluster.answers[position]});
  self->send(compute, begin_training{});
  state.plan->watchers.tell(worker_restarted{.worker = id,
                                             .source = worker.source,
                                             .steps = worker.lost_steps,
                                             .restarts = worker.history.granted(),
                                             .away = state.services.clock->now() - worker.lost_at});
}

bool respawn_soft(supervisor_ptr self, const caf::actor_addr& gone) {
  auto& state = self->state;
  auto& cluster = state.cluster;
  if (cluster.global_leader && cluster.global_leader.address() == gone) {
    respawn_global_leader(self->system(), cluster, state.decision_watchers, *state.plan, state.services, state.global);
    self->monitor(cluster.global_leader);
    return true;
  }
  for (std::size_t i = 0; i < cluster.group_leaders.size(); ++i) {
    if (cluster.group_leaders[i].address() != gone)
      continue;
    const auto group = state.plan->own_groups().first + static_cast<std::uint32_t>(i);
    respawn_group_leader(self->system(), cluster, state.decision_watchers, *state.plan, state.services, group,
                         state.groups[i]);
    self->monitor(cluster.group_leaders[i]);
    return true;
  }
  for (const auto id : state.plan->worker_ids()) {
    const auto position = state.plan->position(id);
    if (cluster.workers.empty() || cluster.workers[position].address() != gone)
      continue;
    respawn_worker(self->system(), cluster, *state.plan, state.services, id);
    self->monitor(cluster.workers[position]);
    return true;
  }
  return false;
}

std::size_t under_way(const supervisor_state& state) {
  return static_cast<std::size_t>(std::count_if(state.workers.begin(), state.workers.end(), [](const auto& worker) {
    return worker.now == place::waiting || worker.now == place::asking || worker.now == place::preparing;
  }));
}

} // namespace paceline::restarts
