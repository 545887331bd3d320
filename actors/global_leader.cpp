#include "actors/global_leader.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>

namespace paceline {
namespace {

using self_ptr = caf::stateful_actor<global_leader_state>*;

void act(self_ptr self, const verification::outcome& outcome) {
  auto& state = self->state;
  if (outcome.decision) {
    for (const auto& group_leader : state.group_leaders)
      self->send(group_leader, *outcome.decision);
    state.watchers.tell(*outcome.decision);
  }
  if (outcome.probe)
    self->send(state.ways.at(outcome.probe->candidate.leader.group), *outcome.probe);
}

void handle_report(self_ptr self, const group_report& report) {
  auto& state = self->state;
  state.ways[report.group] = caf::actor_cast<caf::actor>(self->current_sender());
  state.decisions->note(report.group, report.steps, state.looks->admit(report.best));
  act(self, state.looks->decide(*state.decisions, state.clock->now()));
}

void handle_score(self_ptr self, const probe_result& result) {
  auto& state = self->state;
  act(self, state.looks->answer(*state.decisions, result, state.clock->now()));
}

} // namespace

static_assert(!std::is_constructible_v<global_leader_state, caf::stateful_actor<global_leader_state>*>);

global_leader_state::global_leader_state() = default;

caf::behavior global_leader_actor(self_ptr self, leadership_settings settings, std::shared_ptr<const run_clock> clock,
                                  std::optional<leadership_state> resume, observers watchers) {
  auto& state = self->state;
  state.decisions.emplace(settings);
  if (resume)
    state.decisions->restore(*resume);
  state.looks.emplace(settings.verification, settings.loss_window);
  state.clock = std::move(clock);
  state.watchers = std::move(watchers);

  return {
    [self](const std::vector<caf::actor>& group_leaders) { self->state.group_leaders = group_leaders; },
    [self](const group_report& report) { handle_report(self, report); },
    [self](const probe_result& result) { handle_score(self, result); },
  };
}

} // namespace paceline
