#include "tests/compute/backends_under_test.hpp"

#include "compute/cuda/cuda_backend.hpp"

namespace paceline {

std::vector<backend_under_test> backends_under_test() {
  // Each shape's algorithms are timed once for all tests.
  static const auto device = cuda::make_backend({.choice = algorithm_choice::timed});
  return {{"cuda:0", device}};
}

} // namespace paceline
