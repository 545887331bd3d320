#pragma once

#include <cstddef>

namespace paceline {

/// Finds out whether the system gives this process so many more threads, by making them. Where it does not (a container's
/// limit, say) CAF would be left with actors that never run, and could not be ended. Throws std::runtime_error that says how
/// many there were and how many are needed.
void require_threads(std::size_t count);

} // namespace paceline
