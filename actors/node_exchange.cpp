#include "actors/node_exchange.hpp"

#include "actors/node_places.hpp"
#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace paceline::node_exchange {
namespace {

std::chrono::nanoseconds now(node_actor_ptr self) {
  return self->state.services.clock->now();
}

bool is_own(const node_actor_state& state, worker_id worker) {
  return state.plan->own_groups().contains(worker.group);
}

/// What comes from another process has no sender here, and nothing to say of this one's workers.
bool is_of_run(const node_actor_state& state, worker_id worker) {
  return state.gate && worker.group < state.plan->groups && worker.index < state.plan->workers_per_group;
}

bool is_of_live_node(const node_actor_state& state, worker_id worker) {
  const auto* place = place_of(*state.plan->node, worker.group);
  return place != nullptr && state.peers.contains(place->name);
}

template <class Message>
void to_centre(node_actor_ptr self, const Message& message) {
  const auto& state = self->state;
  if (state.seat->held())
    self->send(state.centre, message);
  else if (const auto proxy = state.proxy_of(state.seat->holder().holder))
    self->send(proxy, message);
}

void to_worker(node_actor_ptr self, const centre_answer& answer) {
  const auto voice = self->state.voices.find(answer.worker);
  if (voice != self->state.voices.end())
    self->send(voice->second, answer);
}

void let_go(node_actor_ptr self, const contribution& one) {
  to_worker(self, {.worker = one.worker, .number = one.number, .use = answer_use::none});
}

/// Of all live nodes, as far as they take part.
std::vector<worker_id> live_workers(const node_actor_state& state) {
  const auto gone = state.gone_groups();
  std::vector<worker_id> live;
  for (std::uint32_t group = 0; group < state.plan->groups; ++group)
    for (std::uint32_t index = 0; index < state.plan->workers_per_group; ++index)
      if (std::find(gone.begin(), gone.end(), group) == gone.end() && !state.gate->left().contains({group, index}))
        live.push_back({group, index});
  return live;
}

} // namespace

void give(node_actor_ptr self, const contribution& one) {
  auto& state = self->state;
  if (!is_of_run(state, one.worker))
    return;
  if (!is_own(state, one.worker)) {
    if (state.seat->held() && is_of_live_node(state, one.worker))
      self->send(state.centre, one);
    return;
  }
  if (!self->current_sender())
    return;
  state.voices[one.worker] = caf::actor_cast<caf::actor>(self->current_sender());
  if (state.closed)
    return let_go(self, one);
  to_centre(self, state.gate->give(one, now(self)));
}

void answer(node_actor_ptr self, const centre_answer& answer) {
  auto& state = self->state;
  if (!is_of_run(state, answer.worker))
    return;
  if (is_own(state, answer.worker)) {
    if (state.gate->answered(answer))
      to_worker(self, answer);
    return;
  }
  // Only what was answered here goes on to another node, so that nothing can go round in a circle.
  if (self->current_sender() != caf::actor_cast<caf::strong_actor_ptr>(state.centre))
    return;
  const auto* place = place_of(*state.plan->node, answer.worker.group);
  if (const auto proxy = place ? state.proxy_of(place->name) : caf::actor())
    self->send(proxy, answer);
}

void leave(node_actor_ptr self, worker_id worker) {
  auto& state = self->state;
  if (!is_of_run(state, worker))
    return;
  if (is_own(state, worker)) {
    if (!self->current_sender())
      return;
    state.gate->leave(worker);
  } else if (!state.seat->held()) {
    return;
  }
  to_centre(self, leaves_centre{worker});
}

void seat_changed(node_actor_ptr self) {
  auto& state = self->state;
  if (!state.gate)
    return;
  const auto& holder = state.seat->holder();
  const auto open = state.seat->held() ? std::optional(holder.term) : std::nullopt;
  const auto before = std::exchange(state.centre_term, open);
  if (before && !open)
    self->send(state.centre, leave_seat{});
  if (holder.holder.empty())
    return;
  const auto again = state.gate->move(holder.term, now(self));
  if (open && before != open)
    self->send(state.centre, open_centre{.workers = live_workers(state), .term = *open});
  for (const auto& one : again)
    to_centre(self, one);
}

void join(node_actor_ptr self, const std::string& node) {
  auto& state = self->state;
  const auto& holder = state.seat->holder();
  if (!state.gate || holder.holder != node)
    return;
  for (const auto& one : state.gate->move(holder.term, now(self)))
    to_centre(self, one);
}

void lose(node_actor_ptr self, const std::string& node) {
  const auto& state = self->state;
  if (!state.gate || !state.seat->held())
    return;
  for (const auto& place : state.plan->node->nodes)
    if (place.name == node)
      for (std::uint32_t i = 0; i < place.groups.count; ++i)
        for (std::uint32_t index = 0; index < state.plan->workers_per_group; ++index)
          self->send(state.centre, leaves_centre{{place.groups.first + i, index}});
}

void close(node_actor_ptr self) {
  auto& state = self->state;
  if (!state.gate)
    return;
  state.closed = true;
  for (const auto& one : state.gate->give_up())
    let_go(self, one);
}

void say_again(node_actor_ptr self) {
  auto& state = self->state;
  if (!state.gate)
    return;
  for (const auto worker : state.gate->left())
    to_centre(self, leaves_centre{worker});
  for (const auto& one : state.gate->due(now(self)))
    to_centre(self, one);
}

} // namespace paceline::node_exchange
