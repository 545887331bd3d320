#pragma once

#include "actors/ask.hpp"
#include "actors/cluster_plan.hpp"
#include "messages/progress.hpp"

#include <caf/actor.hpp>

#include <vector>

namespace paceline {

/// A conductor's last word on its workers: their progress to the observers, since the last steps may lie between two reports (and a run
/// that is resumed at its end has made none), and worker_finished of each to the supervisor. `plan` and `supervisor` are in the state of `self`.
template <class Self>
void tell_end(Self* self, const std::vector<caf::actor>& computes) {
  ask_all<worker_progress>(self, computes, query_progress{}, [self](auto&& all) {
    for (const auto& progress : all) {
      if (!progress)
        continue;
      self->state.plan->watchers.tell_surely(*progress);
      self->send(self->state.supervisor, worker_finished{progress->report.worker});
    }
  });
}

} // namespace paceline
