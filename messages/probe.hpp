#pragma once

#include "messages/ids.hpp"
#include "messages/leader_announcement.hpp"

#include <cstdint>
#include <string>

namespace paceline {

// A verified election: before a candidate is announced, another worker scores its parameters on a batch that is the same for
// all workers.

/// From whoever decides to the node (group leader) of the candidate: have its parameters scored by somebody else. The very
/// parameters that are scored are published when the candidate is announced.
struct probe_request {
  /// Tells the answers of one decision maker apart.
  std::uint64_t probe = 0;
  /// The decision that will be announced where the claim holds.
  leader_announcement candidate;
};

/// What the scoring found.
struct probe_result {
  std::uint64_t probe = 0;
  worker_id candidate;
  /// Who scored: the candidate itself where nobody else was there to do it, or where there is no score.
  worker_id prober;
  /// Mean loss of the candidate's parameters over the probe batch; not finite where they are not.
  double loss = 0;
  /// Why there is no score, in words for people; empty where there is one.
  std::string problem;
};

} // namespace paceline
