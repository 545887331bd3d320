#pragma once

#include "actors/global_leader.hpp"
#include "actors/node_actor.hpp"
#include "tests/actors/test_cluster.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace paceline {

/// Hands each message of a peer to that peer's node, as the link between two processes does, until the link is cut.
inline caf::behavior proxy_actor(caf::event_based_actor*, caf::actor to, std::shared_ptr<const bool> up) {
  const auto hand_on = [to, up](const auto& message) {
    if (*up)
      caf::anon_send(to, message);
  };
  return {
    [=](const node_state& message) { hand_on(message); },
    [=](const group_report& message) { hand_on(message); },
    [=](const leader_announcement& message) { hand_on(message); },
    [=](const probe_request& message) { hand_on(message); },
    [=](const probe_result& message) { hand_on(message); },
    [=](const contribution& message) { hand_on(message); },
    [=](const centre_answer& message) { hand_on(message); },
    [=](const leaves_centre& message) { hand_on(message); },
  };
}

/// Nodes "a", "b", … of one group each in one actor system, on a simulated clock, with links that can be cut. Each node has a
/// run clock of its own, and no two of these agree.
class node_network {
 public:
  /// So long after a cut both sides are told (as link_timing derives it from the patience of 2 s).
  static constexpr std::chrono::milliseconds lost_after{1000};

  explicit node_network(std::uint32_t nodes, std::uint64_t steps_per_worker = 1'000'000, std::uint64_t seed = 1)
    : system_(settings_),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
      random_(seed),
      plan_(quadratic_plan(nodes, 2, steps_per_worker)) {
    for (std::uint32_t i = 0; i < nodes; ++i)
      places_.push_back({name(i), {i, 1}});
  }

  ~node_network() {
    for (auto& [i, node] : nodes_)
      stop(node);
    for (auto& [pair, link] : links_)
      end(link);
    handle_messages();
  }

  node_network(const node_network&) = delete;
  node_network& operator=(const node_network&) = delete;

  static std::string name(std::uint32_t node) { return std::string(1, static_cast<char>('a' + node)); }

  struct node {
    std::shared_ptr<const cluster_plan> plan;
    run_services services;
    std::shared_ptr<recorded_run> record;
    caf::actor recorder;
    caf::actor actor;
    /// Only of a bare node.
    caf::actor global_leader;
    /// What the group leader of a bare node was told.
    std::shared_ptr<recorded_run> group_record;
    caf::actor group;
    caf::actor supervisor;
    node_state told;
  };

  node& at(std::uint32_t i) { return nodes_.at(i); }

  /// Before any node is started.
  void use(const strategy_settings& strategy) {
    plan_.strategy = strategy;
    plan_.trained_parameters = 8;
  }

  /// A node without workers: a test speaks for its group.
  void start_bare(std::uint32_t i) {
    auto& node = prepare(i, plan_.strategy);
    node.group_record = std::make_shared<recorded_run>();
    node.group = system_.spawn(recording_actor, node.group_record, std::size_t{0});
    const observers watchers({node.recorder});
    node.global_leader = system_.spawn(global_leader_actor, node.plan->global_leadership(), node.services.clock,
                                       std::nullopt, observers());
    node.actor = system_.spawn(node_actor, node.plan, node.services, watchers);
    caf::anon_send(node.actor, std::vector<caf::actor>{node.group});
    caf::anon_send(node.actor, report_to{node.global_leader});
    node.services.clock->start();
    link_up(i);
  }

  /// A node as a process would have it.
  void start_whole(std::uint32_t i) {
    auto strategy = plan_.strategy;
    // The scheduler is as likely to serve any actor: with few messages a step none falls behind.
    if (!strategy.centre) {
      strategy.period_group = 64;
      strategy.period_global = 128;
    }
    auto& node = prepare(i, strategy);
    node.supervisor = system_.spawn(supervisor_actor, node.plan, node.services);
    handle_messages(100);
    link_up(i);
  }

  /// As if its process had been killed: the others are told at once.
  void kill(std::uint32_t i) {
    for (auto& [pair, link] : links_)
      if (pair.first == i || pair.second == i)
        end(link);
    std::erase_if(links_, [i](const auto& link) { return link.first.first == i || link.first.second == i; });
    stop(nodes_.at(i));
    nodes_.erase(i);
  }

  /// Ends the global leader of a bare node and puts another one into its place.
  void replace_global_leader(std::uint32_t i) {
    auto& node = nodes_.at(i);
    caf::anon_send_exit(node.global_leader, caf::exit_reason::kill);
    node.global_leader = system_.spawn(global_leader_actor, node.plan->global_leadership(), node.services.clock,
                                       std::nullopt, observers());
    caf::anon_send(node.actor, report_to{node.global_leader});
  }

  void cut(std::uint32_t i, std::uint32_t j) {
    for (const auto& pair : {std::pair{i, j}, std::pair{j, i}}) {
      *links_.at(pair).up = false;
      links_.at(pair).cut_at = time_;
    }
  }

  void heal(std::uint32_t i, std::uint32_t j) {
    join(i, j);
    join(j, i);
  }

  /// Lets so much time pass, in which the actors handle so many messages each millisecond.
  void run_for(std::chrono::milliseconds time, int messages = 20) {
    for (const auto end_at = time_ + time; time_ < end_at;) {
      handle_messages(messages);
      time_ += std::chrono::milliseconds(1);
      scheduler_.advance_time(std::chrono::milliseconds(1));
      tell_lost();
    }
  }

  /// Runs until that holds, and returns the time it took; no longer than `longest`.
  template <class Condition>
  std::chrono::milliseconds run_until(Condition condition, std::chrono::milliseconds longest, int messages = 20) {
    const auto began = time_;
    while (!condition() && time_ - began < longest)
      run_for(std::chrono::milliseconds(1), messages);
    return time_ - began;
  }

  bool holds_seat(std::uint32_t i) const { return nodes_.at(i).told.seat.holder == name(i); }

 private:
  struct link {
    caf::actor proxy;
    std::shared_ptr<bool> up;
    std::uint64_t incarnation = 0;
    std::optional<std::chrono::milliseconds> cut_at;
  };
  using direction = std::pair<std::uint32_t, std::uint32_t>;

  node& prepare(std::uint32_t i, const strategy_settings& strategy) {
    auto& node = nodes_[i];
    node.record = std::make_shared<recorded_run>();
    node.recorder = system_.spawn(recording_actor, node.record, std::size_t{0});
    auto plan = plan_;
    plan.strategy = strategy;
    plan.own = group_range{i, 1};
    plan.watchers.add(node.recorder);
    plan.roster = std::make_shared<shard_roster>(std::size_t{plan.groups} * plan.workers_per_group);
    plan.node =
      node_settings{.name = name(i),
                    .incarnation = ++incarnations_,
                    .nodes = places_,
                    .publish_state = [this, i](const node_state& state, const fellow_nodes&) { tell_state(i, state); },
                    .connect = [this, i](const caf::actor& actor) { nodes_.at(i).actor = actor; }};
    // Clocks of different processes begin at different times.
    time_ += std::chrono::seconds(1);
    scheduler_.advance_time(std::chrono::seconds(1));
    const auto clock = std::make_shared<run_clock>([this] { return std::chrono::nanoseconds(time_); });
    node.services = make_services(plan, clock);
    node.plan = std::make_shared<const cluster_plan>(std::move(plan));
    return node;
  }

  void link_up(std::uint32_t i) {
    for (const auto& [j, other] : nodes_)
      if (i != j)
        heal(i, j);
  }

  /// Node i sees node j from now on.
  void join(std::uint32_t i, std::uint32_t j) {
    auto& there = links_[{i, j}];
    if (there.proxy && there.cut_at)
      tell_lost(i, j, there);
    const auto incarnation = nodes_.at(j).plan->node->incarnation;
    const auto up = std::make_shared<bool>(true);
    there = {.proxy = system_.spawn(proxy_actor, nodes_.at(j).actor, up), .up = up, .incarnation = incarnation};
    caf::anon_send(nodes_.at(i).actor, peer_joined{name(j), incarnation, there.proxy});
  }

  void tell_state(std::uint32_t from, const node_state& state) {
    const auto found = nodes_.find(from);
    if (found == nodes_.end() || found->second.plan->node->incarnation != state.incarnation)
      return; // the last word of one that was killed
    found->second.told = state;
    for (const auto& [pair, link] : links_)
      if (pair.first == from && *link.up)
        caf::anon_send(link.proxy, state);
  }

  void tell_lost() {
    for (auto& [pair, link] : links_)
      if (link.cut_at && time_ - *link.cut_at >= lost_after)
        tell_lost(pair.first, pair.second, link);
  }

  void tell_lost(std::uint32_t i, std::uint32_t j, link& there) {
    caf::anon_send(nodes_.at(i).actor, peer_lost{name(j), there.incarnation, "the test has cut it off"});
    end(there);
  }

  void end(link& there) {
    there.cut_at.reset();
    *there.up = false;
    caf::anon_send_exit(there.proxy, caf::exit_reason::user_shutdown);
  }

  void stop(node& stopped) {
    if (stopped.supervisor) {
      // A supervisor ends its actors itself, when its run ends.
      stopped.services.budget->cancel();
      for (int i = 0; i < 1000 && !stopped.record->finished; ++i) {
        handle_messages(100);
        scheduler_.advance_time(std::chrono::milliseconds(10));
      }
    } else {
      for (const auto& actor : {stopped.global_leader, stopped.actor, stopped.group})
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    }
    caf::anon_send_exit(stopped.recorder, caf::exit_reason::user_shutdown);
    handle_messages(100);
  }

  void handle_messages(int most = 100'000) {
    for (int i = 0; i < most && !scheduler_.jobs.empty(); ++i) {
      std::swap(scheduler_.jobs.front(), scheduler_.jobs[random_.below(scheduler_.jobs.size())]);
      scheduler_.try_run_once();
    }
  }

  deterministic_settings settings_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  counter_random random_;
  cluster_plan plan_;
  std::vector<node_place> places_;
  std::chrono::milliseconds time_{0};
  std::uint64_t incarnations_ = 0;
  std::map<std::uint32_t, node> nodes_;
  std::map<direction, link> links_;
};

/// The global ones of the decisions that a recorder was told.
inline std::vector<leader_announcement> global_decisions(const recorded_run& record) {
  std::vector<leader_announcement> decisions;
  for (const auto& decision : record.decisions)
    if (decision.scope == scope::global)
      decisions.push_back(decision);
  return decisions;
}

} // namespace paceline
