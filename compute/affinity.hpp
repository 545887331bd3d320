#pragma once

#include <span>
#include <vector>

namespace paceline {

/// The cores on which this process may run, rising.
std::vector<int> usable_cores();

/// Binds the calling thread, and the threads that it will make, to these cores. Does nothing where `cores` is empty or the
/// system refuses: pinning is a matter of speed, not of right or wrong.
void pin_this_thread(std::span<const int> cores);

} // namespace paceline
