#include "tests/compute/backends_under_test.hpp"

#include "compute/cuda/cuda_backend.hpp"

namespace paceline {

std::vector<backend_under_test> backends_under_test() {
  return {{"cuda:0", cuda::make_backend({})}};
}

} // namespace paceline
