#pragma once

#include <chrono>

namespace paceline {

/// All time limits of the link, derived from network.patience P. None is below a millisecond.
struct link_timing {
  explicit link_timing(std::chrono::milliseconds patience);

  /// Between two states told to a peer: P / 8.
  std::chrono::milliseconds heartbeat;
  /// A peer that was not heard of for so long is lost: P / 2.
  std::chrono::milliseconds lost_after;
  /// Waits between two attempts to connect grow from P / 20 to P / 2.
  std::chrono::milliseconds first_backoff;
  std::chrono::milliseconds longest_backoff;
  /// A node that nobody answered for so long says so (and goes on trying): 2 P.
  std::chrono::milliseconds says_unreachable_after;
};

} // namespace paceline
