#pragma once

#include "actors/parameter_plane.hpp"
#include "cluster/link/link_filter.hpp"
#include "cluster/link/link_timing.hpp"
#include "cluster/link/node_endpoints.hpp"
#include "cluster/security/key_set.hpp"
#include "cluster/wire/snapshot_frame.hpp"
#include "messages/node_state.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

struct link_settings {
  node_endpoints own;
  std::vector<node_endpoints> peers;
  std::uint64_t incarnation = 0;
  /// The resolved cluster file on one line (hello::config).
  std::string config;
  /// Of the model: fingerprint, and lengths of its slices in order.
  std::uint64_t fingerprint = 0;
  std::vector<std::size_t> slices;
  frame_type snapshots_as = frame_type::fp32;
  /// A snapshot older than this when it was sent is refused.
  std::chrono::nanoseconds max_snapshot_age = std::chrono::seconds(60);
  std::chrono::milliseconds patience = std::chrono::seconds(2);
  std::optional<key_set> keys;
  /// What is lost or spoiled on the way to the peers and from them, in a rehearsal of faults; nothing where it is nullptr.
  std::shared_ptr<const link_filter> filter = nullptr;
  /// On which time received snapshots are stamped (run_clock::now).
  std::function<std::chrono::nanoseconds()> now;
  /// One line for people, rate-limited by the link; called on the link's thread.
  std::function<void(const std::string&)> log;
  /// This node was refused by the others and cannot take part: one line that says why. Called on the link's thread, once.
  std::function<void(const std::string&)> refused;
};

/// Counters since the start, for people and tests.
struct link_counters {
  std::uint64_t messages_sent = 0, messages_received = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;
  std::uint64_t snapshots_sent = 0, snapshots_received = 0;
  /// Malformed control messages and transfer requests, messages before a hello, refused hellos.
  std::uint64_t refused_messages = 0;
  /// By frame_refusal.
  std::uint64_t refused_snapshots[6] = {};
  /// Connections that failed to authenticate, as the socket monitors tell.
  std::uint64_t refused_connections = 0;
};

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
