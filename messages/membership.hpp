#pragma once

#include "messages/node_state.hpp"

#include <cstdint>
#include <string>

namespace paceline {

// What a node tells its observers about the other nodes of the run, and about the seat of the global leader.

struct node_joined {
  std::string node;
  std::uint64_t incarnation = 0;
};

struct node_lost {
  std::string node;
  std::uint64_t incarnation = 0;
  /// In words for people.
  std::string reason;
};

/// Somebody holds the seat from now on, as this node sees it. Each node tells its own observers, once a claim.
struct seat_taken {
  seat_claim seat;
  /// In words for people.
  std::string reason;
};

} // namespace paceline
