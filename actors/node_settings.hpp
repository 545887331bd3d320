#pragma once

#include "messages/node_state.hpp"

#include <caf/actor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace paceline {

/// Consecutive groups of a run.
struct group_range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  bool contains(std::uint32_t group) const { return group >= first && group - first < count; }
};

/// A node of the run, and where its groups are.
struct node_place {
  std::string name;
  group_range groups;
};

/// What a node knows of the other nodes' training.
struct fellow_nodes {
  /// Live ones that have told their state.
  std::size_t heard = 0;
  bool one_trains = false;
};

/// What makes a process one node of several.
struct node_settings {
  std::string name;
  /// node_state::incarnation of this process.
  std::uint64_t incarnation = 0;
  /// All nodes of the run, this one included.
  std::vector<node_place> nodes;
  /// Takes this node's state to the others: several times in each span of patience, and at once when the seat changes. Called on
  /// CAF's threads; must not block.
  std::function<void(const node_state&, const fellow_nodes&)> publish_state;
  /// Called once with the node's actor (actors/node_actor.hpp), when it is there: peers can be told to it from then on.
  std::function<void(const caf::actor& node)> connect;
};

} // namespace paceline
