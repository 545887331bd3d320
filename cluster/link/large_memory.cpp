#include "cluster/link/large_memory.hpp"

#include <malloc.h>

#include <limits>

namespace paceline {

void keep_large_memory() {
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // The other arenas hold no block above 64 MB and give back what they hold.
  ::mallopt(M_ARENA_MAX, 1);
}

} // namespace paceline
