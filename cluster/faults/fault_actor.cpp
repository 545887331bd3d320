#include "cluster/faults/fault_actor.hpp"

#include "actors/ask.hpp"
#include "actors/type_ids.hpp"
#include "cluster/launch/run_recorder.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <type_traits>

namespace paceline {
namespace {

using fault_actor_ptr = caf::stateful_actor<fault_actor_state>*;
using std::chrono::nanoseconds;

constexpr auto clock_look_interval = std::chrono::milliseconds(50);
/// A recorder that takes longer has a disk that does.
constexpr auto flush_timeout = std::chrono::minutes(1);

/// Whether the fault is for this node to carry out.
bool is_own(const fault_actor_state& state, const fault& f) {
  const auto& settings = state.settings;
  if (victim_of(f.kind) != fault_victim::holder)
    return f.node == settings.node;
  return state.seated_since && f.at - *state.seated_since >= settings.patience;
}

void once_recorded(fault_actor_ptr self, std::function<void()> act) {
  ask<bool>(
    self, self->state.settings.recorder, flush_timeout, flush_records{}, [act](bool) { act(); },
    [act](const caf::error&) { act(); });
}

void act(fault_actor_ptr self, const fault& f) {
  auto& settings = self->state.settings;
  switch (f.kind) {
    case fault_kind::kill_worker:
      self->send(settings.supervisor, kill_worker{*f.worker});
      break;
    case fault_kind::kill_node:
    case fault_kind::kill_holder:
      once_recorded(self, settings.kill);
      break;
    case fault_kind::freeze:
      once_recorded(self, [freeze = settings.freeze, time = f.duration] { freeze(time); });
      break;
    case fault_kind::poison:
      settings.switches->poison(*f.worker);
      break;
    case fault_kind::slow:
    case fault_kind::cut:
    case fault_kind::corrupt:
    case fault_kind::false_loss:
      // By the switches, as long as it is among the active ones.
      break;
  }
}

void begin(fault_actor_ptr self, fault f, nanoseconds now) {
  auto& state = self->state;
  f.node = state.settings.node;
  // It lasts as long as it should from when it really begins.
  f.at = now;
  state.settings.watchers.tell(fault_event{f, false});
  act(self, f);
  if (lasts(f.kind))
    state.active.push_back(std::move(f));
}

void end_those_that_are_over(fault_actor_state& state, nanoseconds now) {
  std::erase_if(state.active, [&](const fault& f) {
    const bool over = now >= f.at + f.duration;
    if (over)
      state.settings.watchers.tell(fault_event{f, true});
    return over;
  });
}

void note_seat(fault_actor_state& state, nanoseconds now) {
  if (!state.settings.holds_seat())
    state.seated_since.reset();
  else if (!state.seated_since)
    state.seated_since = now;
}

void look(fault_actor_ptr self) {
  auto& state = self->state;
  const auto now = state.settings.clock->training_time();
  note_seat(state, now);
  if (now > state.looked_up_to && !state.settings.is_over()) {
    const auto from = std::max(state.looked_up_to, now - state.settings.patience);
    for (const auto& due : state.settings.schedule->between(from, now))
      if (is_own(state, due))
        begin(self, due, now);
    state.looked_up_to = now;
  }
  end_those_that_are_over(state, now);
  state.settings.switches->set(state.active);
  self->delayed_send(self, clock_look_interval, look_at_clock{});
}

} // namespace

static_assert(!std::is_constructible_v<fault_actor_state, caf::stateful_actor<fault_actor_state>*>);

fault_actor_state::fault_actor_state() : looked_up_to(0) {}

caf::behavior fault_actor(fault_actor_ptr self, fault_actor_settings settings) {
  auto& state = self->state;
  state.looked_up_to = settings.after;
  state.settings = std::move(settings);
  self->monitor(state.settings.supervisor);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  self->send(self, look_at_clock{});
  return {
    [self](look_at_clock) { look(self); },
  };
}

} // namespace paceline
