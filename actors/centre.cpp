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
  for (auto& one : self->state.rule->answer(round)) {
    one.term = self->state.term;
    self->state.answered[one.worker] = one;
    self->send(self->state.voices[one.worker], one);
  }
}

void let_go(centre_ptr self, const contribution& one) {
  self->send(self->state.voices[one.worker],
             centre_answer{.worker = one.worker, .number = one.number, .use = answer_use::none, .term = one.term});
}

void close(centre_ptr self) {
  self->state.closed = true;
  if (!self->state.rounds)
    return;
  for (const auto& one : self->state.rounds->give_up())
    let_go(self, one);
}

void forget(centre_ptr self) {
  auto& state = self->state;
  state.rule.reset();
  state.rounds.reset();
  state.voices.clear();
  state.answered.clear();
  state.missed.clear();
}

/// Forgets all, and begins with these workers.
void begin(centre_ptr self, std::vector<worker_id> workers, std::uint64_t term) {
  forget(self);
  auto& state = self->state;
  const auto& settings = state.settings;
  state.term = term;
  state.rule = settings.strategy.make_rule(settings.shape);
  if (settings.resume)
    state.rule->restore(*settings.resume);
  state.rounds.emplace(std::move(workers), settings.strategy.together, settings.resume != nullptr);
}

void leave(centre_ptr self, worker_id worker) {
  auto& state = self->state;
  if (!state.rounds || state.closed)
    return;
  // Whoever comes back as another process numbers anew.
  state.answered.erase(worker);
  if (state.settings.strategy.together)
    state.missed.insert(worker);
  answer(self, state.rounds->leave(worker));
}

void take(centre_ptr self, contribution one) {
  auto& state = self->state;
  if (!state.rounds || one.term != state.term)
    return;
  state.voices[one.worker] = caf::actor_cast<caf::actor>(self->current_sender());
  if (const auto before = state.answered.find(one.worker);
      before != state.answered.end() && one.number <= before->second.number) {
    // One that was said again may be overtaken.
    if (before->second.number == one.number)
      self->send(state.voices[one.worker], before->second);
    return;
  }
  if (state.closed)
    return let_go(self, one);
  // It has not stepped from the centre as it is now.
  one.first = state.missed.erase(one.worker) > 0 || one.first;
  answer(self, state.rounds->add(std::move(one)));
}

} // namespace

static_assert(!std::is_constructible_v<centre_actor_state, caf::stateful_actor<centre_actor_state>*>);

centre_actor_state::centre_actor_state() : term(0), closed(false) {}

caf::behavior centre_actor(centre_ptr self, centre_actor_settings settings) {
  self->state.settings = std::move(settings);
  if (!self->state.settings.in_node)
    begin(self, self->state.settings.workers, 0);
  return {
    [self](open_centre& order) { begin(self, std::move(order.workers), order.term); },
    [self](leave_seat) { forget(self); },
    [self](const contribution& one) { take(self, one); },
    [self](leaves_centre gone) { leave(self, gone.worker); },
    [self](close_centre) { close(self); },
    [self](save_centre) -> centre_state_ptr {
      const auto& rule = self->state.rule;
      return std::make_shared<const centre_state>(rule ? rule->state() : centre_state());
    },
  };
}

} // namespace paceline
