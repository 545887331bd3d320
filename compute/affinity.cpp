#include "compute/affinity.hpp"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace paceline {

std::vector<int> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  // The main thread's set, not the caller's own: a pinned worker must not take its one core for all there is.
  if (sched_getaffinity(getpid(), sizeof set, &set) == 0)
    for (int core = 0; core < CPU_SETSIZE; ++core)
      if (CPU_ISSET(core, &set))
        cores.push_back(core);
  return cores.empty() ? std::vector<int>{0} : cores;
}

void pin_this_thread(std::span<const int> cores) {
  if (cores.empty())
    return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores)
    CPU_SET(core, &set);
  (void)pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void name_this_thread(const std::string& name) {
  constexpr std::size_t longest = 15;
  if (!name.empty())
    (void)pthread_setname_np(pthread_self(), name.substr(0, longest).c_str());
}

} // namespace paceline
