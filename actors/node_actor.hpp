#pragma once

#include "actors/centre_gate.hpp"
#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "actors/known_steps.hpp"
#include "actors/observers.hpp"
#include "actors/peer_events.hpp"
#include "actors/seat.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

struct node_actor_state {
  node_actor_state();

  const char* name = "node";
  std::shared_ptr<const cluster_plan> plan;
  run_services services;
  observers decision_watchers;
  /// Of the own groups, in order.
  std::vector<caf::actor> group_leaders;
  caf::actor global_leader;

  struct peer {
    std::uint64_t incarnation = 0;
    caf::actor proxy;
    /// What it says of itself: nothing before it was heard.
    bool heard = false;
    bool training = false;
    std::uint64_t newest_report = 0;
  };
  /// Live nodes without this one.
  std::map<std::string, peer> peers;
  std::optional<paceline::seat> seat;
  std::optional<known_steps> steps;
  /// The latest report of each own group.
  std::map<std::uint32_t, group_report> reports;
  std::uint64_t reports_sent;
  /// Term under which the own global leader decides; empty while it does not.
  std::optional<std::uint64_t> deciding;
  /// Term and number of the newest global decision.
  std::pair<std::uint64_t, std::uint64_t> newest_decision;

  // Where the strategy has a centre (actors/node_exchange.hpp).
  caf::actor centre;
  std::optional<centre_gate> gate;
  /// Who speaks for an own worker.
  std::map<worker_id, caf::actor> voices;
  /// Of the seat under which the own centre answers; empty while it does not.
  std::optional<std::uint64_t> centre_term;
  /// The run was stopped.
  bool closed;

  /// Where `node` can be told something; invalid where it is not live.
  caf::actor proxy_of(const std::string& node) const;
  /// Groups that no live node holds.
  std::vector<std::uint32_t> gone_groups() const;
};

/// The face of a node toward the others, and its router: to them a node is this one actor.
///
///   group_report, probe_result      → the own global leader where this node holds the seat, else the holder's proxy, else nobody
///   global leader_announcement      → the own group leaders, and the observers, each newer one once
///   probe_request                   → the group leader of the candidate, or the proxy of its node
///
/// It keeps the seat of the global leader (actors/seat.hpp): tells its own global leader take_seat and leave_seat, and who
/// follows it. It tells the others this node's state, and the run's budget and clock what the others say of theirs.
///
/// Named by messages: its group leaders (a vector of actors, again whenever one was replaced), the global leader
/// (report_to), the centre where the strategy has one (centre_of_strategy). peer_joined, peer_lost and the peers' messages come from the link. Requires plan->node.
caf::behavior node_actor(caf::stateful_actor<node_actor_state>* self, std::shared_ptr<const cluster_plan> plan,
                         run_services services, observers decision_watchers);

} // namespace paceline
