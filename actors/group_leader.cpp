#include "actors/group_leader.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>

namespace paceline {
namespace {

using self_ptr = caf::stateful_actor<group_leader_state>*;

void announce(self_ptr self, const leader_announcement& decision) {
  for (const auto& worker : self->state.workers)
    self->send(worker, decision);
}

void tell_how_the_group_stands(self_ptr self) {
  auto& state = self->state;
  self->send(state.global_leader, group_report{.group = state.group,
                                               .steps = state.decisions->total_steps(),
                                               .live_workers = state.decisions->live_workers(),
                                               .best = state.decisions->compare(state.clock->now()).winner});
}

void handle_report(self_ptr self, const loss_report& report) {
  auto& state = self->state;
  state.decisions->note(report.worker.index, report.steps, report);
  if (const auto decision = state.decisions->decide(state.clock->now())) {
    announce(self, *decision);
    state.watchers.tell(*decision);
  }
  tell_how_the_group_stands(self);
}

void handle_loss(self_ptr self, const failure& lost) {
  self->state.decisions->forget(lost.worker.index);
  tell_how_the_group_stands(self);
}

void begin_term(self_ptr self, const take_seat& order) {
  auto& state = self->state;
  for (const auto worker : order.gone)
    state.decisions->forget(worker);
  state.decisions->begin_term({order.term, order.decisions, state.clock->now() + order.patience});
}

} // namespace

static_assert(!std::is_constructible_v<group_leader_state, caf::stateful_actor<group_leader_state>*>);

group_leader_state::group_leader_state() : group(0) {}

caf::behavior group_leader_actor(self_ptr self, leadership_settings settings, std::shared_ptr<const run_clock> clock,
                                 caf::actor global_leader, std::optional<leadership_state> resume, observers watchers) {
  auto& state = self->state;
  state.decisions.emplace(settings);
  if (resume)
    state.decisions->restore(*resume);
  state.group = settings.group;
  state.clock = std::move(clock);
  state.global_leader = std::move(global_leader);
  state.watchers = std::move(watchers);

  return {
    [self](const std::vector<caf::actor>& workers) { self->state.workers = workers; },
    [self](const report_to& order) { self->state.global_leader = order.coordinator; },
    [self](const take_seat& order) { begin_term(self, order); },
    [self](const loss_report& report) { handle_report(self, report); },
    [self](const failure& lost) { handle_loss(self, lost); },
    [self](const leader_announcement& global_decision) { announce(self, global_decision); },
  };
}

} // namespace paceline
