#pragma once

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include <vector>

namespace paceline {

/// Who is told everything that happens in a run: worker_progress, leader_announcement, pull_applied, worker_recovered,
/// worker_restarted, evaluation and failure, and in a run over several nodes node_joined, node_lost and seat_taken, each as an
/// ordinary message. Telling never waits.
class observers {
 public:
  observers() = default;
  explicit observers(std::vector<caf::actor> actors) : actors_(std::move(actors)) {}

  template <class Event>
  void tell(const Event& event) const {
    for (const auto& actor : actors_)
      caf::anon_send(actor, event);
  }

  void add(caf::actor actor) { actors_.push_back(std::move(actor)); }

 private:
  std::vector<caf::actor> actors_;
};

} // namespace paceline
