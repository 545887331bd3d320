#pragma once

#include <chrono>

namespace paceline {

/// Time limits of who starts nodes and workers, derived from network.patience P. Those of ssh are whole seconds, at least one.
struct launch_timing {
  explicit launch_timing(std::chrono::nanoseconds patience);

  /// Waits before a node that died is started again grow from P / 4 to 4 P.
  std::chrono::nanoseconds first_restart_wait;
  std::chrono::nanoseconds longest_restart_wait;
  /// The same of a worker, which comes back sooner since nobody else notices: from P / 10 to 15 P.
  std::chrono::nanoseconds first_worker_restart_wait;
  std::chrono::nanoseconds longest_worker_restart_wait;
  /// Until a connection to another host is given up: 5 P.
  std::chrono::seconds ssh_connect;
  /// Between two questions whether a silent host is still there, of which three go unanswered before it is lost: P.
  std::chrono::seconds ssh_alive;
};

} // namespace paceline
