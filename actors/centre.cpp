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

void take(centre_ptr self, const contribution& one) {
  auto& state = self->state;
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
  auto& state = self->state;
  state.rule = settings.strategy.make_rule(settings.shape);
  if (settings.resume)
    state.rule->restore(*settings.resume);
  state.rounds.emplace(std::move(settings.workers), settings.strategy.together, settings.resume != nullptr);
  return {
    [self](const contribution& one) { take(self, one); },
    [self](leaves_centre gone) {
      if (!self->state.closed)
        answer(self, self->state.rounds->leave(gone.worker));
    },
    [self](close_centre) { close(self); },
    [self](save_centre) -> centre_state_ptr { return std::make_shared<const centre_state>(self->state.rule->state()); },
  };
}

} // namespace paceline
