#pragma once

#include "messages/type_ids.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <string>

namespace paceline {

// What a node's link to the others tells the node's own actor, beside the messages that come from them.

/// Another node has come (back) and is one of this run.
struct peer_joined {
  std::string node;
  std::uint64_t incarnation = 0;
  /// Stands for that node here: what is sent to it reaches the node's actor there (node_state, group_report,
  /// leader_announcement, probe_request, probe_result, echo). Exits when the peer is lost, so it can be monitored.
  caf::actor proxy;
};

/// Another node is gone: it said farewell, was not heard of for longer than patience allows, or a new incarnation has come.
struct peer_lost {
  std::string node;
  std::uint64_t incarnation = 0;
  /// In words for people.
  std::string reason;
};

} // namespace paceline

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::peer_joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(paceline::peer_lost)
