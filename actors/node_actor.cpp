#include "actors/node_actor.hpp"

#include "actors/node_exchange.hpp"
#include "actors/node_places.hpp"
#include "actors/type_ids.hpp"
#include "messages/membership.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <functional>
#include <type_traits>

namespace paceline {
namespace {

using node_actor_ptr = caf::stateful_actor<node_actor_state>*;

/// States told in one span of patience.
constexpr int states_a_patience = 8;
/// A report older than this may as well be just as old.
constexpr std::chrono::nanoseconds oldest_report = std::chrono::hours(24);

node_state state_now(const node_actor_state& state) {
  const auto& node = *state.plan->node;
  const auto& services = state.services;
  node_state now{.node = node.name,
                 .incarnation = node.incarnation,
                 .seat = state.seat->told(),
                 .steps = state.steps->own(services.budget->claimed()),
                 .others = state.steps->others(),
                 .training_time = services.clock->training_time(),
                 .training = services.clock->started() && !services.budget->exhausted()};
  if (now.training)
    for (const auto& [group, report] : state.reports)
      now.live_workers += report.live_workers;
  for (const auto id : state.plan->worker_ids())
    if (!state.plan->is_live(id))
      now.lost_workers.push_back(id);
  return now;
}

void publish(const node_actor_state& state) {
  fellow_nodes fellows;
  for (const auto& [name, peer] : state.peers) {
    fellows.heard += peer.heard ? 1 : 0;
    fellows.one_trains = fellows.one_trains || peer.training;
  }
  state.plan->node->publish_state(state_now(state), fellows);
}

/// To whoever holds the seat; nobody, where that is not known or not live.
template <class Message>
void send_to_holder(node_actor_ptr self, const Message& message) {
  auto& state = self->state;
  if (state.seat->held())
    self->send(state.global_leader, message);
  else if (const auto proxy = state.proxy_of(state.seat->holder().holder))
    self->send(proxy, message);
}

/// Numbered, and where it goes to another node with its time relative to now.
void send_report(node_actor_ptr self, group_report report) {
  report.number = ++self->state.reports_sent;
  if (report.best && !self->state.seat->held())
    report.best->measured_at -= self->state.services.clock->now();
  send_to_holder(self, report);
}

void handle_own_report(node_actor_ptr self, const group_report& report) {
  self->state.reports[report.group] = report;
  send_report(self, report);
}

/// Whether the node of that group has not sent this report, or a later one, before: what comes twice or late would be counted twice.
bool is_new(node_actor_state& state, const group_report& report) {
  const auto* place = place_of(*state.plan->node, report.group);
  const auto peer = place ? state.peers.find(place->name) : state.peers.end();
  return peer != state.peers.end()
         && report.number
              > std::exchange(peer->second.newest_report, std::max(peer->second.newest_report, report.number));
}

void handle_foreign_report(node_actor_ptr self, group_report report) {
  auto& state = self->state;
  if (!state.seat->held() || !is_new(state, report))
    return;
  if (report.best)
    report.best->measured_at =
      state.services.clock->now() + std::clamp(report.best->measured_at, -oldest_report, std::chrono::nanoseconds{0});
  self->send(state.global_leader, report);
}

/// Who hears the decisions of this node's global leader: this node first.
void name_followers(node_actor_ptr self) {
  std::vector<caf::actor> followers{caf::actor_cast<caf::actor>(self)};
  for (const auto& [name, peer] : self->state.peers)
    followers.push_back(peer.proxy);
  self->send(self->state.global_leader, followers);
}

void let_decide(node_actor_ptr self) {
  auto& state = self->state;
  state.deciding = state.seat->holder().term;
  self->send(state.global_leader, take_seat{.term = *state.deciding,
                                            .decisions = state.newest_decision.second,
                                            .patience = state.plan->patience,
                                            .gone = state.gone_groups()});
}

void settle(node_actor_ptr self) {
  auto& state = self->state;
  const auto change = state.seat->settle(state.services.clock->now());
  if (!change)
    return;
  if (state.seat->held()) {
    let_decide(self);
  } else if (state.deciding) {
    state.deciding.reset();
    self->send(state.global_leader, leave_seat{});
  }
  node_exchange::seat_changed(self);
  publish(state);
  if (change->seat.holder.empty())
    return;
  state.plan->watchers.tell(seat_taken{change->seat, change->reason});
  // A new holder knows nothing; the next reports of a slow model may be minutes away.
  for (const auto& [group, report] : state.reports)
    send_report(self, report);
}

/// While a worker is lost its shard is the others' (where the plan has a roster): as its node says, or all of a node that is gone.
void mark_workers(const cluster_plan& plan, const std::string& node, const std::function<bool(worker_id)>& is_live) {
  const auto place = std::find_if(plan.node->nodes.begin(), plan.node->nodes.end(),
                                  [&](const node_place& known) { return known.name == node; });
  if (place == plan.node->nodes.end())
    return;
  for (std::uint32_t i = 0; i < place->groups.count; ++i)
    for (std::uint32_t index = 0; index < plan.workers_per_group; ++index) {
      const worker_id id{place->groups.first + i, index};
      plan.set_live(id, is_live(id));
    }
}

void lose(node_actor_ptr self, const std::string& node, const std::string& reason) {
  auto& state = self->state;
  const auto found = state.peers.find(node);
  state.plan->watchers.tell(node_lost{node, found->second.incarnation, reason});
  self->demonitor(found->second.proxy);
  state.peers.erase(found);
  state.seat->lost(node);
  mark_workers(*state.plan, node, [](worker_id) { return false; });
  name_followers(self);
  if (state.deciding)
    for (const auto group : state.gone_groups())
      self->send(state.global_leader, group_gone{group});
  node_exchange::lose(self, node);
  settle(self);
}

void handle_joined(node_actor_ptr self, const peer_joined& event) {
  auto& state = self->state;
  if (state.peers.contains(event.node))
    lose(self, event.node, "a new incarnation of it has come");
  state.peers[event.node] = {.incarnation = event.incarnation, .proxy = event.proxy};
  self->monitor(event.proxy);
  state.seat->joined(event.node);
  mark_workers(*state.plan, event.node, [](worker_id) { return true; });
  state.plan->watchers.tell(node_joined{event.node, event.incarnation});
  name_followers(self);
  publish(state);
  settle(self);
  node_exchange::join(self, event.node);
}

void handle_lost(node_actor_ptr self, const peer_lost& event) {
  const auto found = self->state.peers.find(event.node);
  if (found != self->state.peers.end() && found->second.incarnation == event.incarnation)
    lose(self, event.node, event.reason);
}

void handle_down(node_actor_ptr self, const caf::down_msg& down) {
  const auto& peers = self->state.peers;
  const auto found = std::find_if(peers.begin(), peers.end(),
                                  [&](const auto& peer) { return peer.second.proxy.address() == down.source; });
  if (found != peers.end())
    lose(self, std::string(found->first), "the link to it has ended");
}

void handle_state(node_actor_ptr self, const node_state& told) {
  auto& state = self->state;
  const auto found = state.peers.find(told.node);
  if (found == state.peers.end() || found->second.incarnation != told.incarnation)
    return;
  state.seat->heard(told.node, told.seat);
  state.steps->hear(told, state.services.budget->claimed());
  state.services.budget->note_elsewhere(state.steps->elsewhere());
  const auto& lost = told.lost_workers;
  mark_workers(*state.plan, told.node,
               [&](worker_id id) { return std::find(lost.begin(), lost.end(), id) == lost.end(); });
  found->second.training = told.training;
  if (!std::exchange(found->second.heard, true))
    state.services.clock->catch_up(told.training_time);
  settle(self);
}

void handle_decision(node_actor_ptr self, leader_announcement decision) {
  auto& state = self->state;
  const std::pair order{decision.term, decision.decision};
  // Below the seat's term it is a deposed holder's, however new.
  const bool fits = decision.scope == scope::global && decision.leader.group < state.plan->groups
                    && decision.leader.index < state.plan->workers_per_group;
  if (!fits || decision.term < state.seat->holder().term || order <= state.newest_decision)
    return;
  state.newest_decision = order;
  for (const auto& group_leader : state.group_leaders)
    self->send(group_leader, decision);
  // Another node's clock is not this one's.
  if (self->current_sender() != caf::actor_cast<caf::strong_actor_ptr>(state.global_leader))
    decision.decided_at = state.services.clock->now();
  state.decision_watchers.tell(decision);
}

void handle_probe(node_actor_ptr self, const probe_request& request) {
  auto& state = self->state;
  const auto group = request.candidate.leader.group;
  const auto own = state.plan->own_groups();
  if (own.contains(group) && group - own.first < state.group_leaders.size())
    self->send(state.group_leaders[group - own.first], request);
  else if (const auto* place = place_of(*state.plan->node, group))
    if (const auto proxy = state.proxy_of(place->name))
      self->send(proxy, request);
}

void handle_probe_result(node_actor_ptr self, const probe_result& result) {
  auto& state = self->state;
  // Only what was scored here goes on to another node, so that nothing can go round in a circle.
  if (state.plan->own_groups().contains(result.prober.group))
    send_to_holder(self, result);
  else if (state.seat->held())
    self->send(state.global_leader, result);
}

void look_around(node_actor_ptr self) {
  settle(self);
  publish(self->state);
  node_exchange::say_again(self);
  self->delayed_send(self, self->state.plan->patience / states_a_patience, look_at_clock{});
}

} // namespace

static_assert(!std::is_constructible_v<node_actor_state, caf::stateful_actor<node_actor_state>*>);

node_actor_state::node_actor_state() : reports_sent(0), newest_decision(0, 0), closed(false) {}

caf::actor node_actor_state::proxy_of(const std::string& node) const {
  const auto found = peers.find(node);
  return found == peers.end() ? caf::actor() : found->second.proxy;
}

std::vector<std::uint32_t> node_actor_state::gone_groups() const {
  return paceline::gone_groups(*plan->node, [this](const std::string& node) { return peers.contains(node); });
}

caf::behavior node_actor(node_actor_ptr self, std::shared_ptr<const cluster_plan> plan, run_services services,
                         observers decision_watchers) {
  auto& state = self->state;
  state.plan = std::move(plan);
  state.services = std::move(services);
  state.decision_watchers = std::move(decision_watchers);
  const auto& node = *state.plan->node;
  if (state.plan->resume)
    state.newest_decision = {state.plan->resume->global.term, state.plan->resume->global.decisions};
  state.seat.emplace(seat_settings{.own = node.name,
                                   .nodes = names_of(node),
                                   .patience = state.plan->patience,
                                   .first_term = state.newest_decision.first},
                     state.services.clock->now());
  if (state.plan->strategy.centre)
    state.gate.emplace(state.plan->patience);
  state.steps.emplace(node.name, state.services.budget->claimed(), names_of(node));
  self->set_down_handler([self](const caf::down_msg& down) { handle_down(self, down); });

  return {
    [self](const std::vector<caf::actor>& group_leaders) { self->state.group_leaders = group_leaders; },
    [self](const report_to& order) {
      const bool first = !self->state.global_leader;
      self->state.global_leader = order.coordinator;
      name_followers(self);
      if (first)
        look_around(self);
      else if (self->state.deciding)
        let_decide(self);
    },
    [self](const peer_joined& event) { handle_joined(self, event); },
    [self](const peer_lost& event) { handle_lost(self, event); },
    [self](const node_state& told) { handle_state(self, told); },
    [self](const group_report& report) {
      if (!fits(*self->state.plan, report))
        return;
      if (self->state.plan->own_groups().contains(report.group))
        handle_own_report(self, report);
      else
        handle_foreign_report(self, report);
    },
    [self](const leader_announcement& decision) { handle_decision(self, decision); },
    [self](const probe_request& request) {
      if (fits(*self->state.plan, request))
        handle_probe(self, request);
    },
    [self](const probe_result& result) { handle_probe_result(self, result); },
    [self](const centre_of_strategy& order) { self->state.centre = order.centre; },
    [self](const contribution& one) { node_exchange::give(self, one); },
    [self](const centre_answer& answer) { node_exchange::answer(self, answer); },
    [self](leaves_centre gone) { node_exchange::leave(self, gone.worker); },
    [self](close_centre) { node_exchange::close(self); },
    [self](look_at_clock) { look_around(self); },
    // Only a node that measures has something to say to it.
    [](const echo&) {},
  };
}

} // namespace paceline
