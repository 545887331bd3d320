#pragma once

#include "actors/centre_rule.hpp"
#include "actors/contribution_rounds.hpp"
#include "actors/strategy.hpp"
#include "actors/type_ids.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace paceline {

struct centre_actor_settings {
  centre_settings strategy;
  centre_shape shape;
  std::vector<worker_id> workers;
  /// Where to go on from; nullptr for a new run. Not in a node.
  std::shared_ptr<const centre_state> resume;
  /// Of a run of several nodes: answers nobody but between an open_centre and a leave_seat.
  bool in_node = false;
};

struct centre_actor_state {
  centre_actor_state();

  const char* name = "centre";
  std::unique_ptr<centre_rule> rule;
  std::optional<contribution_rounds> rounds;
  /// Who speaks for a worker: whoever its contribution came from.
  std::map<worker_id, caf::actor> voices;
  /// The latest of each worker, in case it is lost on its way.
  std::map<worker_id, centre_answer> answered;
  /// Of a barrier: who was waited for no more, and has missed rounds.
  std::set<worker_id> missed;
  /// Of the seat; 0 in one process.
  std::uint64_t term;
  bool closed;
  centre_actor_settings settings;
};

/// The parameter server of a strategy that has a centre: answers each contribution, to whom it came from, by a centre_answer; at once, or with the others
/// of its round (contribution_rounds). One that comes again is answered as it was. Spawn it detached: it passes over whole parameter
/// vectors.
/// A leaves_centre ends the waiting for that worker. After a close_centre what has no answer yet is answered by answer_use::none, so that of a barrier's
/// last round either all workers have an answer or none has. save_centre is answered by a copy of its state, an empty one where it answers nobody.
caf::behavior centre_actor(caf::stateful_actor<centre_actor_state>* self, centre_actor_settings settings);

} // namespace paceline
