#include "actors/centre.hpp"

#include <caf/all.hpp>

#include <type_traits>
#include <utility>

namespace paceline {
namespace {

using centre_ptr = caf::stateful_actor<centre_actor_state>*;

void answer(centre_ptr self, const std::vector<contribution>& round) {
  if (round.empty())
    return;
  for (const auto& one : self->state.rule->answer(round)) {
    self->state.answered[one.worker] = one;
    self->send(self->state.voices[one.worker], one);
  }
}

void let_go(centre_ptr self, const contribution& one) {
  self->send(self->state.voices[one.worker],
             centre_answer{.worker = one.worker, .number = one.number, .use = answer_use::none});
}

void close(centre_ptr self) {
  self->state.closed = true;
  for (const auto& one : self->state.rounds->give_up())
    let_go(self, one);
}

/// Forgets all, and begins with these workers.
void begin(centre_ptr self, std::vector<worker_id> workers, bool goes_on) {
  auto& state = self->state;
  const auto& settings = state.settings;
  state.rule = settings.strategy.make_rule(settings.shape);
  if (goes_on && settings.resume)
    state.rule->restore(*settings.resume);
  state.rounds.emplace(std::move(workers), settings.strategy.together, goes_on && settings.resume != nullptr);
  state.voices.clear();
  state.answered.clear();
}

void take(centre_ptr self, const contribution& one) {
  auto& state = self->state;
  if (!state.rounds)
    return;
  state.voices[one.worker] = caf::actor_cast<caf::actor>(self->current_sender());
  if (const auto before = state.answered.find(one.worker);
      before != state.answered.end() && before->second.number == one.number)
    self->send(state.voices[one.worker], before->second);
  else if (state.closed)
    let_go(self, one);
  else
    answer(self, state.rounds->add(one));
}

} // namespace

static_assert(!std::is_constructible_v<centre_actor_state, caf::stateful_actor<centre_actor_state>*>);

centre_actor_state::centre_actor_state() : closed(false) {}

caf::behavior centre_actor(centre_ptr self, centre_actor_settings settings) {
  self->state.settings = std::move(settings);
  if (!self->state.settings.in_node)
    begin(self, self->state.settings.workers, true);
  return {
    [self](open_centre& order) { begin(self, std::move(order.workers), order.goes_on); },
    [self](leave_seat) {
      self->state.rounds.reset();
      self->state.rule.reset();
    },
    [self](const contribution& one) { take(self, one); },
    [self](leaves_centre gone) {
      if (self->state.rounds && !self->state.closed)
        answer(self, self->state.rounds->leave(gone.worker));
    },
    [self](close_centre) { close(self); },
    [self](save_centre) -> centre_state_ptr {
      const auto& rule = self->state.rule;
      return std::make_shared<const centre_state>(rule ? rule->state() : centre_state());
    },
  };
}

} // namespace paceline
