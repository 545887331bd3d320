#pragma once

#include "actors/parameter_plane.hpp"
#include "actors/type_ids.hpp"
#include "messages/probe.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace paceline {

/// A worker that can be asked to score parameters: its id, and its voice.
struct prober {
  worker_id id;
  caf::actor worker;
};

/// How a group leader has candidates of its group scored: the candidate's parameters are copied once, at its next step boundary,
/// and another worker of the group scores them at its own (where none answers, one of another group in this process; where there
/// is nobody else at all, the candidate itself). Nobody waits meanwhile. The copy is kept until the decision is announced, one a scope,
/// and what is published then is that copy.
/// Used by one actor, which outlives every answer.
class candidate_scoring {
 public:
  /// `self`: the group leader, in whose name is asked.
  candidate_scoring(caf::event_based_actor* self, std::shared_ptr<parameter_plane> plane)
    : self_(self), plane_(std::move(plane)) {}

  /// Who may score: the workers of the group, and those of the other groups in this process.
  void set_group(std::vector<prober> workers) { group_ = std::move(workers); }
  void set_others(std::vector<prober> workers) { others_ = std::move(workers); }

  /// Has it scored; `done` is called once, on the actor, with the result. Requires that the candidate is one of the group.
  void score(const probe_request& request, std::function<void(const probe_result&)> done);

  /// The decision is announced: publishes the copy that was scored for it. Nothing where there is none (any more).
  void publish(const leader_announcement& decision);

 private:
  struct round;

  std::vector<prober> in_order_of_asking(worker_id candidate);
  void ask_next(const std::shared_ptr<round>& asked);

  caf::event_based_actor* self_;
  std::shared_ptr<parameter_plane> plane_;
  std::vector<prober> group_;
  std::vector<prober> others_;
  /// Everybody is asked in turn, so that one that is stuck does not spoil every probe.
  std::size_t turn_ = 0;
  /// By scope.
  std::array<snapshot_ptr, 2> scored_;
};

/// To a group leader: the workers of the other groups in this process.
struct fellow_workers {
  std::vector<prober> workers;
};

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::fellow_workers)
