#include "cluster/bench/thread_times.hpp"

#include "compute/affinity.hpp"
#include "tests/catch.hpp"

#include <atomic>
#include <thread>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// What the thread of that name has used; nothing where there is none.
std::chrono::nanoseconds used_by(const std::string& name) {
  for (const auto& [id, thread] : thread_times())
    if (thread.name == name)
      return thread.used;
  return 0ns;
}

} // namespace

TEST_CASE("a thread that computes is known from one that sleeps by the processor time it uses") {
  std::atomic<bool> over = false;
  std::thread busy([&] {
    name_this_thread("busy one");
    while (!over) {
    }
  });
  std::thread idle([&] {
    name_this_thread("idle one");
    while (!over)
      std::this_thread::sleep_for(1ms);
  });
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (used_by("busy one") < 100ms && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(5ms);
  const auto busy_used = used_by("busy one");
  const auto idle_used = used_by("idle one");
  over = true;
  busy.join();
  idle.join();
  REQUIRE(busy_used >= 100ms);
  REQUIRE(idle_used > 0ns);
  REQUIRE(idle_used < busy_used / 2);
}
