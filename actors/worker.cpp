#include "actors/worker.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>

namespace paceline {

static_assert(!std::is_constructible_v<worker_actor_state, caf::stateful_actor<worker_actor_state>*>);

worker_actor_state::worker_actor_state() = default;

caf::behavior worker_actor(caf::stateful_actor<worker_actor_state>* self, worker_id id, caf::actor group_leader) {
  auto& state = self->state;
  state.id = id;
  state.group_leader = std::move(group_leader);

  return {
    [self](const caf::actor& compute) { self->state.compute = compute; },
    [self](const report_to& order) { self->state.group_leader = order.coordinator; },
    [self](const loss_report& report) {
      if (self->current_sender() == self->state.compute)
        self->send(self->state.group_leader, report);
    },
    [self](const failure& what) { self->send(self->state.group_leader, what); },
    [self](copy_parameters& order) { return self->delegate(self->state.compute, std::move(order)); },
    [self](score_parameters& order) { return self->delegate(self->state.compute, std::move(order)); },
    [self](const leader_announcement& decision) {
      if (decision.leader == self->state.id)
        self->send(self->state.compute, take_snapshot{decision});
    },
    // The answer to take_snapshot, which nobody here waits for.
    [](snapshot_published) {},
  };
}

} // namespace paceline
