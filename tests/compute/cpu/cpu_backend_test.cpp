#include "compute/backend.hpp"

#include "compute/errors.hpp"
#include "compute/models.hpp"
#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <filesystem>

#include <omp.h>

using namespace paceline;

namespace {

std::ptrdiff_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

} // namespace

TEST_CASE("a network with one thread wakes no other and leaves OpenMP's own number alone") {
  const auto before = threads_of_this_process();
  const auto openmp_before = omp_get_max_threads();
  const auto m = make_cnn7({3, 28, 28}, 10);
  const auto net = make_cpu_backend()->compile(m, {.batch_size = 4});
  std::vector<float> parameters(m.parameters().size()), gradient(parameters.size());
  m.initialise(parameters, 1);
  const auto images = random_vector(4 * 3 * 28 * 28, 1);
  const std::vector<std::int32_t> labels{0, 1, 2, 3};
  net->loss_and_gradient({images, labels}, parameters, gradient, 1);
  REQUIRE(threads_of_this_process() == before);
  REQUIRE(omp_get_max_threads() == openmp_before);
}

TEST_CASE("a max-pool too large for the CPU's kernels is refused by name") {
  model m("m", {1, 40, 40});
  m.append("wide", max_pool_layer{.kernel = 17});
  REQUIRE_THROWS_WITH(make_cpu_backend()->compile(m, {.batch_size = 1}),
                      "max_pool wide: kernel is 17, allowed is at most 16 on the CPU");
}
