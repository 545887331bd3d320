#pragma once

#include <chrono>

namespace paceline {

/// Time that the calling thread has spent on a processor since it began.
std::chrono::nanoseconds thread_cpu_time();

} // namespace paceline
