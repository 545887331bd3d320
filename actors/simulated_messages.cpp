#include "actors/simulated_cluster.hpp"

#include <caf/all.hpp>

#include <utility>

namespace paceline::simulated {
namespace {

using std::chrono::nanoseconds;

/// Of reports and announcements, with their headers.
constexpr std::size_t control_bytes = 128;
/// Where the global leader's seat and the centre are.
constexpr std::uint32_t first_group = 0;

std::size_t snapshot_bytes(const std::vector<float>& parameters) {
  return control_bytes + parameters.size() * sizeof(float);
}

/// Sends a message now, and lets `what` happen when it is there.
void transfer(conductor_ptr self, std::uint32_t from, std::uint32_t to, std::size_t bytes,
              event_queue::happening what) {
  auto& state = self->state;
  if (from == to)
    return state.events.put(state.network->there_inside(bytes, now(self)), std::move(what));
  const auto receive = [self, to, bytes, what = std::move(what)] {
    self->state.events.put(self->state.network->last_byte(to, bytes, now(self)), what);
  };
  state.events.put(state.network->first_byte(from, bytes, now(self)), receive);
}

void deliver(conductor_ptr self, const snapshot_ptr& snapshot, std::uint32_t group) {
  for (const auto& worker : self->state.workers)
    if (worker.compute && worker.id.group == group && worker.id != snapshot->leader)
      self->send(worker.compute, snapshot);
}

/// To all whom it concerns: once to each group, whose workers share it.
void publish(conductor_ptr self, const snapshot_ptr& snapshot) {
  auto& state = self->state;
  // Who leads follows nobody any more, from now on.
  if (const auto& leader = state.workers[state.plan->position(snapshot->leader)].compute)
    self->send(leader, snapshot);
  for (std::uint32_t group = 0; group < state.plan->groups; ++group)
    if (snapshot->scope == scope::global || group == snapshot->group)
      transfer(self, snapshot->leader.group, group, snapshot_bytes(snapshot->parameters),
               [self, group, snapshot] { deliver(self, snapshot, group); });
}

void lead(conductor_ptr self, const leader_announcement& decision) {
  const auto leader = self->state.plan->position(decision.leader);
  if (self->state.workers[leader].compute)
    ask_now<snapshot_ptr>(self, leader, copy_parameters{decision}, [self](const snapshot_ptr& snapshot) {
      if (snapshot)
        publish(self, snapshot);
    });
}

void announce(conductor_ptr self, std::uint32_t from, const leader_announcement& decision) {
  self->state.plan->watchers.tell(decision);
  transfer(self, from, decision.leader.group, control_bytes, [self, decision] { lead(self, decision); });
}

void hear_group(conductor_ptr self, std::uint32_t group, std::uint64_t steps, const std::optional<loss_report>& best,
                std::uint32_t live_workers) {
  auto& global = *self->state.global;
  global.note(group, steps, best, live_workers);
  if (const auto decision = global.decide(now(self)))
    announce(self, first_group, *decision);
}

void hear_worker(conductor_ptr self, const loss_report& report) {
  auto& group = self->state.groups[report.worker.group];
  group.note(report.worker.index, report.steps, report);
  if (const auto decision = group.decide(now(self)))
    announce(self, report.worker.group, *decision);
  transfer(self, report.worker.group, first_group, control_bytes,
           [self, number = report.worker.group, steps = group.total_steps(), best = group.compare(now(self)).winner,
            live = group.live_workers()] { hear_group(self, number, steps, best, live); });
}

void hear_answer(conductor_ptr self, const centre_answer& answer) {
  auto& worker = self->state.workers[self->state.plan->position(answer.worker)];
  if (!worker.compute)
    return;
  self->send(worker.compute, answer);
  if (const auto go_on = std::exchange(worker.at_answer, nullptr))
    go_on();
}

void answer(conductor_ptr self, const std::vector<contribution>& round) {
  if (round.empty())
    return;
  for (const auto& one : self->state.centre->answer(round)) {
    const auto bytes = one.values ? snapshot_bytes(*one.values) : control_bytes;
    transfer(self, first_group, one.worker.group, bytes, [self, one] { hear_answer(self, one); });
  }
}

} // namespace

void send_report(conductor_ptr self, const loss_report& report, nanoseconds at) {
  const auto group = report.worker.group;
  self->state.events.put(at, [self, group, report] {
    transfer(self, group, group, control_bytes, [self, report] { hear_worker(self, report); });
  });
}

void send_to_centre(conductor_ptr self, const contribution& one) {
  const auto bytes = one.values ? snapshot_bytes(*one.values) : control_bytes;
  transfer(self, one.worker.group, first_group, bytes, [self, one] { answer(self, self->state.rounds->add(one)); });
}

void leave_centre(conductor_ptr self, std::size_t worker) {
  const auto id = self->state.workers[worker].id;
  if (self->state.rounds)
    transfer(self, id.group, first_group, control_bytes, [self, id] { answer(self, self->state.rounds->leave(id)); });
}

void exchange(conductor_ptr self, std::size_t worker, const std::function<void()>& next) {
  ask_now<contribution>(self, worker, query_contribution{}, [=](const contribution& one) {
    if (one.number == 0)
      return next();
    send_to_centre(self, one);
    if (self->state.plan->strategy.centre->together)
      self->state.workers[worker].at_answer = next;
    else
      next();
  });
}

} // namespace paceline::simulated
