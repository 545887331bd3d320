#pragma once

#include "actors/backlog.hpp"
#include "messages/centre_exchange.hpp"
#include "messages/progress.hpp"

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace paceline {

/// Who is told everything that happens in a run: worker_progress, worker_point, leader_announcement, pull_applied, centre_exchanged,
/// worker_recovered, worker_restarted, evaluation and failure, and in a run over several nodes node_joined, node_lost and seat_taken, each as an
/// ordinary message. Telling never waits. An observer with a backlog misses worker_progress, pull_applied and centre_exchanged while that
/// is full, and has to leave it with each of these three that it takes in; the rest it is always told.
class observers {
 public:
  observers() = default;
  explicit observers(const std::vector<caf::actor>& actors) {
    for (const auto& actor : actors)
      add(actor);
  }

  template <class Event>
  void tell(const Event& event) const {
    for (const auto& [actor, waiting] : observers_)
      if (!may_be_dropped<Event> || !waiting || waiting->enter())
        caf::anon_send(actor, event);
  }

  /// For the last progress of a worker, which nothing comes after.
  template <class Event>
  void tell_surely(const Event& event) const {
    static_assert(may_be_dropped<Event>);
    for (const auto& [actor, waiting] : observers_) {
      if (waiting)
        waiting->enter_surely();
      caf::anon_send(actor, event);
    }
  }

  void add(caf::actor actor, std::shared_ptr<backlog> waiting = nullptr) {
    observers_.emplace_back(std::move(actor), std::move(waiting));
  }

 private:
  template <class Event>
  static constexpr bool may_be_dropped =
    std::is_same_v<Event,
                   worker_progress> || std::is_same_v<Event, pull_applied> || std::is_same_v<Event, centre_exchanged>;

  std::vector<std::pair<caf::actor, std::shared_ptr<backlog>>> observers_;
};

} // namespace paceline
