#include "cluster/launch/launch_timing.hpp"

#include <algorithm>

namespace paceline {

namespace {

std::chrono::seconds whole_seconds(std::chrono::nanoseconds time) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(time), std::chrono::seconds(1));
}

} // namespace

launch_timing::launch_timing(std::chrono::nanoseconds patience)
  : first_restart_wait(patience / 4),
    longest_restart_wait(4 * patience),
    first_worker_restart_wait(patience / 10),
    longest_worker_restart_wait(15 * patience),
    ssh_connect(whole_seconds(5 * patience)),
    ssh_alive(whole_seconds(patience)) {}

} // namespace paceline
