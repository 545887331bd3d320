#include "actors/group_leader.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>

namespace paceline {
namespace {

using group_leader_ptr = caf::stateful_actor<group_leader_state>*;

/// Brings a decision, its own or the global one, to where the leader's parameters are.
void carry_out(group_leader_ptr self, const leader_announcement& decision) {
  auto& state = self->state;
  if (!state.scoring) {
    for (const auto& worker : state.workers)
      self->send(worker, decision);
  } else if (decision.leader.group == state.group) {
    state.scoring->publish(decision);
  }
}

void act(group_leader_ptr self, const verification::outcome& outcome) {
  auto& state = self->state;
  if (outcome.decision) {
    carry_out(self, *outcome.decision);
    state.watchers.tell(*outcome.decision);
  }
  if (outcome.probe)
    state.scoring->score(*outcome.probe, [self](const probe_result& result) {
      auto& state = self->state;
      act(self, state.looks->answer(*state.decisions, result, state.clock->now()));
    });
}

void score_for_another(group_leader_ptr self, const probe_request& request) {
  auto asker = caf::actor_cast<caf::actor>(self->current_sender());
  self->state.scoring->score(request, [self, asker, candidate = request.candidate](const probe_result& result) {
    self->state.looks->learn(*self->state.decisions, candidate, result);
    self->send(asker, result);
  });
}

void name_workers(group_leader_ptr self, const std::vector<caf::actor>& workers) {
  auto& state = self->state;
  state.workers = workers;
  if (!state.scoring)
    return;
  std::vector<prober> probers;
  for (std::size_t index = 0; index < workers.size(); ++index)
    probers.push_back({{state.group, static_cast<std::uint32_t>(index)}, workers[index]});
  state.scoring->set_group(std::move(probers));
}

void tell_how_the_group_stands(group_leader_ptr self) {
  auto& state = self->state;
  self->send(state.global_leader, group_report{.group = state.group,
                                               .steps = state.decisions->total_steps(),
                                               .live_workers = state.decisions->live_workers(),
                                               .best = state.decisions->compare(state.clock->now()).winner});
}

void handle_report(group_leader_ptr self, const loss_report& report) {
  auto& state = self->state;
  state.decisions->note(report.worker.index, report.steps, state.looks->admit(report));
  act(self, state.looks->decide(*state.decisions, state.clock->now()));
  tell_how_the_group_stands(self);
}

void handle_loss(group_leader_ptr self, const failure& lost) {
  self->state.decisions->forget(lost.worker.index);
  tell_how_the_group_stands(self);
}

void begin_term(group_leader_ptr self, const take_seat& order) {
  auto& state = self->state;
  state.looks->abandon();
  for (const auto worker : order.gone)
    state.decisions->forget(worker);
  state.decisions->begin_term({order.term, order.decisions, state.clock->now() + order.patience});
}

} // namespace

static_assert(!std::is_constructible_v<group_leader_state, caf::stateful_actor<group_leader_state>*>);

group_leader_state::group_leader_state() : group(0) {}

caf::behavior group_leader_actor(group_leader_ptr self, leadership_settings settings,
                                 std::shared_ptr<const run_clock> clock, caf::actor global_leader,
                                 std::optional<leadership_state> resume, observers watchers,
                                 std::shared_ptr<parameter_plane> plane) {
  auto& state = self->state;
  state.decisions.emplace(settings);
  if (resume)
    state.decisions->restore(*resume);
  state.looks.emplace(settings.verification, settings.loss_window);
  if (settings.verification.probe)
    state.scoring.emplace(self, std::move(plane));
  state.group = settings.group;
  state.clock = std::move(clock);
  state.global_leader = std::move(global_leader);
  state.watchers = std::move(watchers);

  return {
    [self](const std::vector<caf::actor>& workers) { name_workers(self, workers); },
    [self](const fellow_workers& others) {
      if (self->state.scoring)
        self->state.scoring->set_others(others.workers);
    },
    [self](const report_to& order) { self->state.global_leader = order.coordinator; },
    [self](const take_seat& order) { begin_term(self, order); },
    [self](const loss_report& report) { handle_report(self, report); },
    [self](const failure& lost) { handle_loss(self, lost); },
    [self](const leader_announcement& global_decision) { carry_out(self, global_decision); },
    [self](const probe_request& request) {
      if (self->state.scoring)
        score_for_another(self, request);
    },
  };
}

} // namespace paceline
