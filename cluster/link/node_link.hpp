#pragma once

#include "actors/parameter_plane.hpp"
#include "cluster/link/link_counters.hpp"
#include "cluster/link/link_settings.hpp"
#include "messages/node_state.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <memory>

namespace paceline {

/// A node's link to the other nodes of its run: one thread that owns all sockets. Peers appear as proxy actors.
///
/// Thread-safe. `node` (told by `start`) receives peer_joined, peer_lost and the messages of peers that have joined.
class node_link {
 public:
  /// Binds its sockets. Throws invalid_input where an address cannot be bound (in use, unresolvable, not allowed without keys),
  /// with the address and what to do.
  node_link(caf::actor_system& system, link_settings settings);

  /// Says farewell to the peers, ends the thread, closes the sockets and removes their files.
  ~node_link();

  node_link(const node_link&) = delete;
  node_link& operator=(const node_link&) = delete;

  /// From now on connects to the peers, and tells `node` what comes.
  void start(caf::actor node);

  /// What the heartbeats carry from now on.
  void tell_state(const node_state& state);

  /// The plane whose global snapshots reach the other nodes, and into which theirs come. Group snapshots stay inside the process.
  std::shared_ptr<parameter_plane> plane() const;

  link_counters counters() const;

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace paceline
