#pragma once

#include <span>
#include <string>
#include <vector>

namespace paceline {

/// The cores on which this process may run, rising.
std::vector<int> usable_cores();

/// Binds the calling thread, and the threads that it will make, to these cores. Does nothing where `cores` is empty or the
/// system refuses: pinning is a matter of speed, not of right or wrong.
void pin_this_thread(std::span<const int> cores);

/// Names the calling thread for ps, top and debuggers; cut to the 15 bytes that the system allows. Does nothing where
/// `name` is empty.
void name_this_thread(const std::string& name);

} // namespace paceline
