#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace paceline {

/// Stands between a node and its peers: what a rehearsal of faults takes away from them. The link asks it, on threads of its own,
/// for every message, snapshot and exchange. Requests on the transfer plane do not say who they come from, and pass.
class link_filter {
 public:
  enum class direction : std::uint8_t { incoming, outgoing };

  virtual ~link_filter() = default;

  /// Whether what comes from that peer, or goes to it, is lost.
  virtual bool drops(const std::string& peer, direction which) const = 0;

  /// May change the bytes of a snapshot's frame that is about to leave.
  virtual void spoil(std::span<std::byte> frame) const = 0;
};

/// Whether it is lost; never where `filter` is nullptr.
inline bool is_lost(const std::shared_ptr<const link_filter>& filter, const std::string& peer,
                    link_filter::direction which) {
  return filter && filter->drops(peer, which);
}

} // namespace paceline
