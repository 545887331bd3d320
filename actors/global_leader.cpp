#include "actors/global_leader.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>
#include <vector>

namespace paceline {
namespace {

using global_leader_ptr = caf::stateful_actor<global_leader_state>*;

void act(global_leader_ptr self, const verification::outcome& outcome) {
  auto& state = self->state;
  if (outcome.decision) {
    for (const auto& follower : state.followers)
      self->send(follower, *outcome.decision);
    state.watchers.tell(*outcome.decision);
  }
  if (outcome.probe)
    self->send(state.ways.at(outcome.probe->candidate.leader.group), *outcome.probe);
}

/// Remembers whom to ask of that group.
void go_by(global_leader_ptr self, std::uint32_t group, const caf::actor& way) {
  auto& known = self->state.ways[group];
  if (known == way)
    return;
  known = way;
  self->monitor(known);
}

void handle_report(global_leader_ptr self, const group_report& report) {
  auto& state = self->state;
  if (!state.decisions)
    return;
  go_by(self, report.group, caf::actor_cast<caf::actor>(self->current_sender()));
  state.decisions->note(report.group, report.steps, state.looks->admit(report.best), report.live_workers);
  act(self, state.looks->decide(*state.decisions, state.clock->now()));
}

void handle_score(global_leader_ptr self, const probe_result& result) {
  auto& state = self->state;
  if (state.decisions)
    act(self, state.looks->answer(*state.decisions, result, state.clock->now()));
}

void begin_term(global_leader_ptr self, const take_seat& order) {
  auto& state = self->state;
  state.decisions.emplace(state.settings);
  state.looks->abandon();
  for (const auto group : order.gone)
    state.decisions->forget(group);
  state.decisions->begin_term({order.term, order.decisions, state.clock->now() + order.patience});
}

void forget(global_leader_ptr self, std::uint32_t group) {
  auto& state = self->state;
  if (state.decisions)
    act(self, state.looks->lose(*state.decisions, group, state.clock->now()));
}

/// Nobody of these groups can be asked before they report again, by whoever takes the place of who is gone.
void lose_way(global_leader_ptr self, const caf::down_msg& gone) {
  std::vector<std::uint32_t> groups;
  for (const auto& [group, way] : self->state.ways)
    if (way.address() == gone.source)
      groups.push_back(group);
  for (const auto group : groups) {
    self->state.ways.erase(group);
    forget(self, group);
  }
}

} // namespace

static_assert(!std::is_constructible_v<global_leader_state, caf::stateful_actor<global_leader_state>*>);

global_leader_state::global_leader_state() = default;

caf::behavior global_leader_actor(global_leader_ptr self, leadership_settings settings,
                                  std::shared_ptr<const run_clock> clock, std::optional<leadership_state> first,
                                  observers watchers) {
  auto& state = self->state;
  state.settings = settings;
  if (first) {
    state.decisions.emplace(settings);
    state.decisions->restore(*first);
  }
  state.looks.emplace(settings.verification, settings.loss_window);
  state.clock = std::move(clock);
  state.watchers = std::move(watchers);
  self->set_down_handler([self](const caf::down_msg& gone) { lose_way(self, gone); });

  return {
    [self](const std::vector<caf::actor>& followers) { self->state.followers = followers; },
    [self](const take_seat& order) { begin_term(self, order); },
    [self](leave_seat) { self->state.decisions.reset(); },
    [self](group_gone lost) { forget(self, lost.group); },
    [self](const group_report& report) { handle_report(self, report); },
    [self](const probe_result& result) { handle_score(self, result); },
  };
}

} // namespace paceline
