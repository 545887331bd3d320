#include "compute/objectives/double_well.hpp"
#include "compute/objectives/matrix_completion.hpp"
#include "compute/objectives/sinc.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

// Leader gradient descent (LGD), by which the paper's figures of these objectives were made: the answers are known.

using namespace paceline;

namespace {

struct descent {
  std::vector<std::vector<float>> workers;
  /// Who led in each iteration, from 0, and with what value.
  std::vector<std::size_t> leaders;
  std::vector<double> least;

  void run(const landscape& goal, double rate, double pull, int iterations) {
    std::vector<std::vector<float>> gradients(workers.size(), std::vector<float>(workers.front().size()));
    std::vector<double> values(workers.size());
    for (int iteration = 0; iteration < iterations; ++iteration) {
      for (std::size_t w = 0; w < workers.size(); ++w)
        values[w] = goal.evaluate(workers[w], gradients[w]);
      const auto leader = static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin());
      leaders.push_back(leader);
      least.push_back(values[leader]);
      const auto target = workers[leader];
      for (std::size_t w = 0; w < workers.size(); ++w)
        for (std::size_t i = 0; i < target.size(); ++i) {
          const double x = workers[w][i];
          workers[w][i] = static_cast<float>(x - rate * gradients[w][i] - pull * (x - target[i]));
        }
    }
  }
};

} // namespace

TEST_CASE("on sinc leaders follow each other as in the paper, and all workers end in the lowest ring") {
  descent found{.workers = {{-6, -4}, {-15, -18}, {20, 11}, {17, 8}}};
  found.run(sinc(), 0.1, 0.1, 100);
  std::vector<std::pair<std::size_t, int>> turns; // worker from 1, first iteration from 1
  // Until all have come so close that rounding alone decides.
  for (std::size_t i = 0; i < 60; ++i)
    if (i == 0 || found.leaders[i] != found.leaders[i - 1])
      turns.emplace_back(found.leaders[i] + 1, static_cast<int>(i) + 1);
  REQUIRE(turns == std::vector<std::pair<std::size_t, int>>{{1, 1}, {4, 8}, {1, 14}, {3, 24}});
  for (const auto& worker : found.workers)
    REQUIRE(sinc().evaluate(worker, {}) == Approx(-0.217234).epsilon(1e-4));
}

TEST_CASE("in a double well the leader comes to rest where the gradient is nothing") {
  descent found{.workers = {{1.2f}, {-1.2f}}};
  found.run(double_well(), 0.05, 0.19 * 0.05, 4000);
  const auto leader = found.leaders.back();
  REQUIRE(std::abs(found.workers[leader][0]) == Approx(1).epsilon(1e-4));
}

TEST_CASE("matrix completion of rank 10 goes below 1e-6 within 40 iterations") {
  const matrix_completion goal({.size = 1000, .rank = 10});
  descent found;
  for (std::uint64_t worker = 0; worker < 8; ++worker) {
    found.workers.emplace_back(10000);
    goal.initialise(found.workers.back(), worker + 1);
  }
  found.run(goal, 5e-4, 1e-4, 40);
  REQUIRE(found.least.front() == Approx(5e6).epsilon(0.1));
  REQUIRE(found.least.back() < 1e-6);
}
