#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace paceline {

/// Stands between a node and its peers: what a rehearsal of faults takes away from them. The link asks it on its own thread, for
/// every message and snapshot.
class link_filter {
 public:
  enum class direction : std::uint8_t { incoming, outgoing };

  virtual ~link_filter() = default;

  /// Whether what comes from that peer, or goes to it, is lost: control messages, snapshots and transfers alike.
  virtual bool drops(const std::string& peer, direction which) const = 0;

  /// May change the bytes of a snapshot's frame that is about to leave.
  virtual void spoil(std::span<std::byte> frame) const = 0;
};

} // namespace paceline
