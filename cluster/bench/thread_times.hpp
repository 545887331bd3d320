#pragma once

#include <chrono>
#include <map>
#include <string>

namespace paceline {

/// A thread of this process.
struct thread_time {
  /// As ps and top show it.
  std::string name;
  /// Processor time that it has used.
  std::chrono::nanoseconds used{0};
};

/// All threads of this process by their system ids, to the nanosecond. Throws io_failure where the system does not tell.
std::map<int, thread_time> thread_times();

} // namespace paceline
