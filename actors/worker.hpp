#pragma once

#include "messages/ids.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

namespace paceline {

struct worker_actor_state {
  worker_actor_state();

  const char* name = "worker";
  worker_id id;
  caf::actor group_leader;
  caf::actor compute;
};

/// A worker's voice in the protocol: passes its compute actor's reports, and its failure, to the group leader, and a decision that makes it the
/// leader to its compute actor, and asks that one on behalf of others. Never blocks. `group_leader` may be gone: the worker then rides alone.
/// Its compute actor is named by one message, the actor itself, since each of the two must know the other. A later such
/// message names one that takes the first one's place; what the first one still says is not heard any more. Another
/// group leader is named by report_to.
caf::behavior worker_actor(caf::stateful_actor<worker_actor_state>* self, worker_id id, caf::actor group_leader);

} // namespace paceline
