#include "cluster/bench/thread_times.hpp"

#include "cluster/files/io_failure.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <time.h>

namespace paceline {

namespace {

/// Linux's number for the clock of a thread's processor time, by the thread's id (include/linux/posix-timers.h); unlike
/// pthread_getcpuclockid it serves threads that libraries have made.
clockid_t clock_of(int id) {
  constexpr int per_thread = 4;
  constexpr int scheduler_time = 2;
  return static_cast<clockid_t>((~static_cast<unsigned>(id) << 3) | per_thread | scheduler_time);
}

} // namespace

std::map<int, thread_time> thread_times() {
  static const std::filesystem::path tasks = "/proc/self/task";
  std::map<int, thread_time> threads;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(tasks, error), end; !error && entry != end; entry.increment(error)) {
    const auto text = entry->path().filename().string();
    int id = 0;
    timespec used{};
    std::from_chars(text.data(), text.data() + text.size(), id);
    // A thread may end at any time.
    if (::clock_gettime(clock_of(id), &used) != 0)
      continue;
    auto& thread = threads[id];
    std::getline(std::ifstream(entry->path() / "comm"), thread.name);
    thread.used = std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  }
  if (error || threads.empty())
    throw io_failure(tasks, "read", error.value());
  return threads;
}

} // namespace paceline
