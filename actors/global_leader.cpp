#include "actors/global_leader.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>

namespace paceline {
namespace {

using self_ptr = caf::stateful_actor<global_leader_state>*;

void handle_report(self_ptr self, const group_report& report) {
  auto& state = self->state;
  state.decisions->note(report.group, report.steps, report.best);
  const auto decision = state.decisions->decide(state.clock->now());
  if (!decision)
    return;
  for (const auto& group_leader : state.group_leaders)
    self->send(group_leader, *decision);
  state.watchers.tell(*decision);
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
  state.clock = std::move(clock);
  state.watchers = std::move(watchers);

  return {
    [self](const std::vector<caf::actor>& group_leaders) { self->state.group_leaders = group_leaders; },
    [self](const group_report& report) { handle_report(self, report); },
  };
}

} // namespace paceline
