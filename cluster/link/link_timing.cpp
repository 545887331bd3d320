#include "cluster/link/link_timing.hpp"

#include <algorithm>

namespace paceline {

namespace {

std::chrono::milliseconds part(std::chrono::milliseconds patience, int divisor) {
  return std::max(patience / divisor, std::chrono::milliseconds(1));
}

} // namespace

link_timing::link_timing(std::chrono::milliseconds patience)
  : heartbeat(part(patience, 8)),
    lost_after(part(patience, 2)),
    first_backoff(part(patience, 20)),
    longest_backoff(part(patience, 2)),
    says_unreachable_after(2 * patience) {}

} // namespace paceline
