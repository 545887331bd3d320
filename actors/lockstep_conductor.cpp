#include "actors/lockstep_conductor.hpp"

#include "actors/ask.hpp"
#include "actors/conducted_end.hpp"

#include <caf/all.hpp>

#include <span>
#include <type_traits>
#include <utility>

namespace paceline {
namespace {

using conductor_ptr = caf::stateful_actor<lockstep_state>*;
using decisions = std::vector<leader_announcement>;
using reports = std::vector<std::optional<loss_report>>;

// Decisions depend on counts and losses alone; no clock may have a part in them.
constexpr std::chrono::nanoseconds no_time{0};

std::vector<caf::actor> live(const lockstep_state& state) {
  std::vector<caf::actor> actors;
  for (const auto& compute : state.computes)
    if (compute)
      actors.push_back(compute);
  return actors;
}

void begin_round(conductor_ptr self);

void finish(conductor_ptr self) {
  self->state.finished = true;
  tell_end(self, live(self->state));
}

run_state_ptr assemble(const lockstep_state& state, std::vector<std::optional<worker_state_ptr>>&& workers) {
  auto run = std::make_shared<run_state>();
  run->training_time = state.services.clock->training_time();
  take_workers(*run, std::move(workers), state.steps_of_lost);
  for (const auto& group : state.groups)
    run->groups.push_back(group.save());
  run->global = state.global->save();
  if (state.centre)
    run->centre = state.centre->state();
  align_exchanges(*run);
  choose_leader(*run, state.plan->strategy.loss_window);
  return run;
}

/// Answers all who wait for the state of the run, then calls `next`.
void answer_waiting(conductor_ptr self, const std::function<void()>& next) {
  if (self->state.waiting.empty())
    return next();
  ask_all<worker_state_ptr>(self, live(self->state), save_state{}, [self, next](auto&& workers) {
    const auto run = assemble(self->state, std::move(workers));
    for (auto& promise : std::exchange(self->state.waiting, {}))
      promise.deliver(run);
    next();
  });
}

void end_round(conductor_ptr self) {
  answer_waiting(self, [self] { begin_round(self); });
}

/// Takes the leaders' snapshots, lets everybody be pulled where pulls stand between steps, then calls `next`.
void carry_out(conductor_ptr self, const decisions& made, const std::function<void()>& next) {
  auto& state = self->state;
  if (made.empty())
    return next();
  auto missing = std::make_shared<std::size_t>(made.size());
  const auto one_less = [self, missing, next] {
    if (--*missing > 0)
      return;
    if (self->state.plan->strategy.steady.kind == pull_kind::with_step)
      next();
    else
      ask_all<pulls_done>(self, live(self->state), apply_pulls{}, [next](auto&&) { next(); });
  };
  for (const auto& decision : made) {
    state.plan->watchers.tell(decision);
    const auto& leader = state.computes[state.plan->position(decision.leader)];
    ask<snapshot_published>(
      self, leader, step_boundary_timeout, take_snapshot{decision}, [one_less](snapshot_published) { one_less(); },
      [one_less](const caf::error&) { one_less(); });
  }
}

/// A decision that is due; before the first step, where the strategy compares workers where they stand, any that it will ever make.
std::optional<leader_announcement> decide_in(leadership& those, bool opening) {
  if (!opening)
    return those.decide(no_time);
  auto decision = those.decides() ? those.candidate(no_time) : std::nullopt;
  if (decision)
    those.commit(*decision);
  return decision;
}

void decide_globally(conductor_ptr self) {
  auto& state = self->state;
  for (std::uint32_t group = 0; group < state.plan->groups; ++group) {
    const auto& leadership = state.groups[group];
    state.global->note(group, leadership.total_steps(), leadership.compare(no_time).winner, leadership.live_workers());
  }
  decisions made;
  if (auto decision = decide_in(*state.global, state.opening))
    made.push_back(std::move(*decision));
  const bool opens = std::exchange(state.opening, false);
  carry_out(self, made, [self, opens] { opens ? begin_round(self) : end_round(self); });
}

void decide(conductor_ptr self, const reports& given) {
  auto& state = self->state;
  for (const auto& report : given) {
    if (!report)
      continue;
    auto at_no_time = *report;
    at_no_time.measured_at = no_time;
    state.groups[report->worker.group].note(report->worker.index, report->steps, at_no_time);
  }
  decisions made;
  for (auto& group : state.groups)
    if (auto decision = decide_in(group, state.opening))
      made.push_back(std::move(*decision));
  carry_out(self, made, [self] { decide_globally(self); });
}

/// Has everybody give (`order` is answered by contributions), and the centre answer them: all together, or each in its turn. Then `next`.
template <class Order>
void exchange(conductor_ptr self, const Order& order, const std::function<void()>& next) {
  ask_all<contribution>(self, live(self->state), order, [self, next](auto&& all) {
    auto& state = self->state;
    std::vector<contribution> given;
    for (auto& one : all)
      if (one && one->number != 0)
        given.push_back(std::move(*one));
    const auto answer = [&](std::span<const contribution> round) {
      for (const auto& answer : state.centre->answer(round))
        self->send(state.computes[state.plan->position(answer.worker)], answer);
    };
    const bool begins = state.centre->state().parameters.empty();
    if (given.empty()) {
    } else if (begins || state.plan->strategy.centre->together) {
      answer(given);
    } else {
      for (const auto& one : given)
        answer(std::span(&one, 1));
    }
    next();
  });
}

bool claim_steps(conductor_ptr self) {
  auto& state = self->state;
  const auto workers = live(state).size();
  bool claimed = workers > 0;
  for (std::size_t i = 0; claimed && i < workers; ++i)
    claimed = state.services.budget->claim();
  return claimed;
}

/// The step of everybody, for which there is budget.
void step(conductor_ptr self) {
  auto& state = self->state;
  const auto used = state.services.budget->used();
  const auto decide_by = [self](auto&& given) { decide(self, given); };
  if (state.centre && state.plan->strategy.centre->gradients)
    exchange<begin_gradient>(
      self, {used}, [self, decide_by] { ask_all<loss_report>(self, live(self->state), finish_gradient{}, decide_by); });
  else
    ask_all<loss_report>(self, live(state), advance{used}, decide_by);
}

/// Exchanges with the centre lie around the budget's end as in a free-running compute actor.
void begin_round(conductor_ptr self) {
  const auto step_where_left = [self] { claim_steps(self) ? step(self) : finish(self); };
  const auto& centre = self->state.plan->strategy.centre;
  if (!centre || centre->gradients)
    step_where_left();
  else if (centre->replaces)
    exchange<query_contribution>(self, {}, step_where_left);
  else if (claim_steps(self))
    exchange<query_contribution>(self, {}, [self] { step(self); });
  else
    finish(self);
}

/// Who was elected before a resume stands where it was elected: the workers are given its snapshot once more.
void lead_again(conductor_ptr self) {
  auto& state = self->state;
  const auto known = state.global->save();
  const auto leader = known.leader ? state.computes[state.plan->position(*known.leader)] : caf::actor();
  if (!leader)
    return begin_round(self);
  const leader_announcement decision{
    .scope = scope::global, .term = known.term, .decision = known.decisions, .leader = *known.leader};
  ask<snapshot_published>(
    self, leader, step_boundary_timeout, take_snapshot{decision}, [self](snapshot_published) { begin_round(self); },
    [self](const caf::error&) { begin_round(self); });
}

/// Where workers are compared where they stand, somebody leads from the first step on.
void begin(conductor_ptr self) {
  auto& state = self->state;
  if (!state.plan->strategy.compares_objective)
    return begin_round(self);
  state.opening = !state.plan->resume;
  if (state.opening)
    ask_all<loss_report>(self, live(state), query_report{}, [self](auto&& given) { decide(self, given); });
  else
    lead_again(self);
}

/// A compute actor's last word, which comes before any answer that it still owes.
void lose(lockstep_state& state, const failure& lost) {
  state.computes[state.plan->position(lost.worker)] = nullptr;
  state.groups[lost.worker.group].forget(lost.worker.index);
  state.steps_of_lost += lost.steps;
}

} // namespace

static_assert(!std::is_constructible_v<lockstep_state, caf::stateful_actor<lockstep_state>*>);

lockstep_state::lockstep_state() : opening(false), steps_of_lost(0), finished(false) {}

caf::behavior lockstep_conductor_actor(conductor_ptr self, std::shared_ptr<const cluster_plan> plan,
                                       run_services services, caf::actor supervisor) {
  auto& state = self->state;
  state.plan = std::move(plan);
  state.services = std::move(services);
  state.supervisor = std::move(supervisor);
  for (std::uint32_t group = 0; group < state.plan->groups; ++group)
    state.groups.emplace_back(state.plan->group_leadership(group));
  state.global.emplace(state.plan->global_leadership());
  if (const auto& centre = state.plan->strategy.centre)
    state.centre = centre->make_rule(state.plan->centre_shape());
  if (const auto& resume = state.plan->resume) {
    if (state.centre && resume->centre)
      state.centre->restore(*resume->centre);
    for (std::uint32_t group = 0; group < state.plan->groups; ++group)
      state.groups[group].restore(resume->groups[group]);
    state.global->restore(resume->global);
  }
  return {
    [self](const std::vector<caf::actor>& computes) { self->state.computes = computes; },
    [self](const failure& lost) { lose(self->state, lost); },
    [self](begin_training order) {
      for (const auto& compute : live(self->state))
        self->send(compute, order);
      begin(self);
    },
    [self](save_run) -> caf::result<run_state_ptr> {
      auto promise = self->make_response_promise();
      self->state.waiting.push_back(promise);
      if (self->state.finished)
        answer_waiting(self, [] {});
      return promise;
    },
  };
}

} // namespace paceline
