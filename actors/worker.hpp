#pragma once

#include "actors/answer_slot.hpp"
#include "actors/live_parameters.hpp"
#include "actors/parameter_plane.hpp"
#include "messages/ids.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>

namespace paceline {

struct worker_actor_state {
  worker_actor_state();

  const char* name = "worker";
  worker_id id;
  caf::actor group_leader;
  std::shared_ptr<parameter_plane> plane;
  caf::actor compute;
  std::shared_ptr<live_parameters> parameters;
  std::shared_ptr<answer_slot> answers;
  /// Invalid where the strategy has none.
  caf::actor centre;
};

/// A worker's voice in the protocol: passes its compute actor's reports, and its failure, to the group leader, asks it on behalf of
/// others, and at a decision that makes the worker the leader publishes its parameters: at once, while the compute actor goes on
/// with its step, or by that one after the step where the parameters are being changed just now. Never waits. `group_leader`
/// may be gone: the worker then rides alone. Its compute actor is named by compute_of_worker; a later one takes the
/// first one's place, and what that still says is not heard any more. Another group leader is named by report_to. Where the strategy
/// has a centre (centre_of_strategy), it carries contributions there and answers back.
caf::behavior worker_actor(caf::stateful_actor<worker_actor_state>* self, worker_id id, caf::actor group_leader,
                           std::shared_ptr<parameter_plane> plane);

} // namespace paceline
