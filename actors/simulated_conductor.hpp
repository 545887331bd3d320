#pragma once

#include "actors/centre_rule.hpp"
#include "actors/cluster_plan.hpp"
#include "actors/compute_actor.hpp"
#include "actors/contribution_rounds.hpp"
#include "actors/event_queue.hpp"
#include "actors/leadership.hpp"
#include "actors/simulated_network.hpp"
#include "actors/type_ids.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace paceline {

/// One worker of a simulated cluster.
struct simulated_worker {
  worker_id id;
  /// Invalid once it is lost.
  caf::actor compute;
  /// When its last step was over, from when on it waits.
  std::chrono::nanoseconds ready_at{0};
  /// Made its last step.
  bool done = false;
  /// What goes on when the centre's answer is there.
  std::function<void()> at_answer;
  /// A gradient is being computed of which nobody knows yet how long it takes in simulated time.
  bool under_way = false;
  std::chrono::nanoseconds began_at{0};
  /// Of its gradient.
  make_gradient_at order;
};

struct simulated_conductor_state {
  simulated_conductor_state();

  const char* name = "simulated_conductor";
  std::shared_ptr<const cluster_plan> plan;
  run_services services;
  caf::actor supervisor;
  /// By position.
  std::vector<simulated_worker> workers;
  std::vector<leadership> groups;
  std::optional<leadership> global;
  std::unique_ptr<centre_rule> centre;
  std::optional<contribution_rounds> rounds;
  event_queue events;
  std::optional<simulated_network> network;
  /// Positions of workers whose gradients wait for a processor, in order of their beginning.
  std::deque<std::size_t> queued;
  std::size_t computing;
  /// No gradient takes less: so much further others may go while one is computed.
  std::chrono::nanoseconds least_time{0};
  /// An event goes on when an answer is there.
  bool busy;
  bool finished;
  std::uint64_t steps_of_lost;
  /// Who waits for a run_state.
  std::vector<caf::response_promise> waiting;
};

/// Runs a cluster in simulated time (actors/simulation.hpp), in the place of group leaders, global leader and centre: what would happen on as
/// many devices as workers, in the order in which it would, message by message.
///
///   worker:  exchange with the centre where one is due  →  gradient, which takes its time  →  pulls and answers that have arrived by
///            then, update  →  report  →  next step, as a free-running compute actor does it
///
/// Gradients are computed ahead, several at once, since nothing that happens meanwhile can change them; an event happens when no gradient
/// that may end before it is still unknown. None is taken for shorter than four fifths of the shortest that was measured. The global leader's seat and the centre are in group 0. Coordinators' and the centre's own
/// arithmetic takes no time, nor do tests. Its compute actors are named by one message, a vector of actors in order of position; begin_training
/// starts it. At the end of the budget it sends worker_finished for each live worker, and goes on answering save_run.
caf::behavior simulated_conductor_actor(caf::stateful_actor<simulated_conductor_state>* self,
                                        std::shared_ptr<const cluster_plan> plan, run_services services,
                                        caf::actor supervisor);

} // namespace paceline
