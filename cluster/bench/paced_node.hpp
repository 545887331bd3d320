#pragma once

#include "actors/actor_system.hpp"
#include "actors/run_budget.hpp"
#include "actors/run_clock.hpp"
#include "cluster/bench/paced_objective.hpp"
#include "cluster/config/run_config.hpp"
#include "cluster/launch/node_membership.hpp"
#include "messages/ids.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/message_handler.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace paceline {

struct paced_node_settings {
  /// Groups, nodes, strategy and network count.
  run_config config;
  /// Which of config.nodes; empty for the whole of a run in one process.
  std::string name;
  std::function<paced_steps(worker_id)> steps_of;
  budget_limits budget;
  /// Told what an observer is (actors/observers.hpp).
  caf::message_handler watch;
};

/// The actors of one node, or of a run in one process, as a run has them: under a supervisor, and linked to the other nodes
/// by the code that links those of a run. Only the workers' steps are made up, and nothing is written.
class paced_node {
 public:
  /// Workers begin when all of them are ready. Throws as node_membership::join.
  explicit paced_node(paced_node_settings settings);

  /// Ends the run where it has not ended.
  ~paced_node();

  paced_node(const paced_node&) = delete;
  paced_node& operator=(const paced_node&) = delete;

  /// From now on the run ends.
  void stop();

  /// Waits until the budget is used up, or the run was stopped; then all that was to be told has been told.
  /// Throws std::runtime_error where a worker failed, or the other nodes refused this one.
  void wait();

  /// What is to be added to a time of this node's clock (measured_at, decided_at) to have it on steady_clock.
  std::chrono::nanoseconds clock_offset() const;

 private:
  /// Why not all went well; written before `ended_` ends.
  std::shared_ptr<std::string> problem_ = std::make_shared<std::string>();
  std::unique_ptr<node_membership> member_;
  std::shared_ptr<run_clock> clock_ = std::make_shared<run_clock>();
  actor_system_settings system_settings_;
  caf::actor_system system_;
  caf::actor watcher_;
  caf::actor supervisor_;
};

} // namespace paceline
