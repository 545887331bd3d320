#include "tests/compute/backends_under_test.hpp"

#include "compute/cuda/cuda_backend.hpp"

namespace paceline {

std::vector<backend_under_test> backends_under_test() {
  return {{"cpu, one thread", make_cpu_backend()},
          {"cpu, two threads", make_cpu_backend({.threads = 2})},
          {"cuda, on the host in the device's place", cuda::make_backend({})}};
}

} // namespace paceline
