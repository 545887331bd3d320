#include "cluster/launch/thread_check.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace paceline {

void require_threads(std::size_t count) {
  std::mutex mutex;
  std::condition_variable all_made;
  bool done = false;
  std::vector<std::thread> threads;
  threads.reserve(count);
  std::string reason;
  try {
    while (threads.size() < count)
      threads.emplace_back([&] {
        std::unique_lock lock(mutex);
        all_made.wait(lock, [&] { return done; });
      });
  } catch (const std::system_error& refused) {
    reason = refused.code().message();
  }
  {
    const std::lock_guard guard(mutex);
    done = true;
  }
  all_made.notify_all();
  for (auto& thread : threads)
    thread.join();
  if (!reason.empty())
    throw std::runtime_error(
      fmt::format("{} more threads are needed, the system gives {}: {}; use fewer workers or raise "
                  "the limit (ulimit -u, or the container's)",
                  count, threads.size(), reason));
}

} // namespace paceline
