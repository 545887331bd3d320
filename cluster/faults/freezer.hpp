#pragma once

#include <chrono>

#include <sys/types.h>

namespace paceline {

/// Can stop this process and let it go on after a while. A stopped process cannot wake itself, so a small helper process does it,
/// made while there is one thread still: a copy of a process with several may hold any lock.
///
/// The helper holds no file but its end of a pipe, and ends with this process, however that ends. It ignores the signals of a
/// terminal, which reach both: else a stopped process could be left alone.
class freezer {
 public:
  /// Call it before any other thread is made. Throws std::system_error.
  freezer();
  ~freezer();

  freezer(const freezer&) = delete;
  freezer& operator=(const freezer&) = delete;

  /// Returns at once; a moment later all threads of this process stand still for that time. Thread-safe.
  void freeze(std::chrono::nanoseconds time) const;

 private:
  int pipe_;
  pid_t helper_;
};

} // namespace paceline
