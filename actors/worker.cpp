#include "actors/worker.hpp"

#include "actors/type_ids.hpp"

#include <caf/all.hpp>

#include <type_traits>

namespace paceline {

static_assert(!std::is_constructible_v<worker_actor_state, caf::stateful_actor<worker_actor_state>*>);

worker_actor_state::worker_actor_state() = default;

namespace {

void publish_parameters(caf::stateful_actor<worker_actor_state>* self, const leader_announcement& decision) {
  const auto& state = self->state;
  const auto snapshot = state.parameters ? state.parameters->try_take_snapshot(decision) : nullptr;
  if (snapshot)
    state.plane->publish(snapshot);
  else
    self->send(state.compute, take_snapshot{decision});
}

} // namespace

caf::behavior worker_actor(caf::stateful_actor<worker_actor_state>* self, worker_id id, caf::actor group_leader,
                           std::shared_ptr<parameter_plane> plane) {
  auto& state = self->state;
  state.id = id;
  state.group_leader = std::move(group_leader);
  state.plane = std::move(plane);

  return {
    [self](const compute_of_worker& mine) {
      self->state.compute = mine.compute;
      self->state.parameters = mine.parameters;
      self->state.answers = mine.answers;
    },
    [self](const centre_of_strategy& order) { self->state.centre = order.centre; },
    [self](const contribution& given) {
      if (self->current_sender() == self->state.compute)
        self->send(self->state.centre, given);
    },
    [self](const centre_answer& answer) {
      self->state.answers->put(answer);
      self->send(self->state.compute, answer_came{});
    },
    [self](leaves_centre order) {
      if (self->current_sender() == self->state.compute)
        self->send(self->state.centre, order);
    },
    [self](const report_to& order) { self->state.group_leader = order.coordinator; },
    [self](const loss_report& report) {
      if (self->current_sender() == self->state.compute)
        self->send(self->state.group_leader, report);
    },
    [self](const failure& what) {
      self->send(self->state.group_leader, what);
      if (self->state.centre)
        self->send(self->state.centre, leaves_centre{what.worker});
    },
    [self](copy_parameters& order) { return self->delegate(self->state.compute, std::move(order)); },
    [self](score_parameters& order) { return self->delegate(self->state.compute, std::move(order)); },
    [self](const leader_announcement& decision) {
      if (decision.leader == self->state.id)
        publish_parameters(self, decision);
    },
    // The answer to take_snapshot, which nobody here waits for.
    [](snapshot_published) {},
  };
}

} // namespace paceline
