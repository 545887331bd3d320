#pragma once

#include "cluster/link/frame_credit.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

/// To whom a node's newest frame may go: the publisher's side of the snapshot plane, pure. A subscriber, known by the route of its
/// connection, gives credit for one frame at a time. So no more than one is on its way to it, and one that is too slow for all of
/// them gets, whenever it is done with one, the newest there is. It gets none that is older than its connection's first credit: the
/// newest of those is fetched on the transfer plane.
class snapshot_audience {
 public:
  /// Of more subscribers than `most`, whoever was not heard of for the longest time is forgotten; its next credit makes it a new one.
  explicit snapshot_audience(std::size_t most) : most_(most) {}

  void heard(const std::string& route, frame_credit credit);

  /// There is a newer frame.
  void published() { ++newest_; }

  /// Nobody is to get the newest frame any more.
  void withdraw();

  /// Who may be sent the newest frame now.
  std::vector<std::string> due() const;

  /// The newest frame was handed to that connection.
  void sent(const std::string& route);

  /// That connection is no more.
  void gone(const std::string& route);

  /// Whether somebody is still to get the newest frame, now or later.
  bool wants_newest() const;

 private:
  struct subscriber {
    std::string route;
    /// Frames that it has been sent: what its first credit over this connection says it received, and those that followed.
    std::uint64_t sent = 0;
    bool has_credit = false;
    /// It needs no frame up to this one.
    std::uint64_t up_to = 0;
  };

  std::vector<subscriber>::iterator find(const std::string& route);

  std::size_t most_;
  /// Number of the newest frame; 0 before the first.
  std::uint64_t newest_ = 0;
  /// In the order in which they were heard of last.
  std::vector<subscriber> subscribers_;
};

} // namespace paceline
