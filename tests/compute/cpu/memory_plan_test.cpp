#include "compute/cpu/memory_plan.hpp"

#include "compute/counter_random.hpp"
#include "tests/catch.hpp"

#include <algorithm>

using namespace paceline;
using namespace paceline::cpu;

namespace {

using lives = std::vector<buffer_life>;

/// The most that is in use at one moment: no plan can do with less.
std::size_t busiest_moment(const lives& buffers) {
  std::size_t most = 0;
  for (const auto& at : buffers) {
    std::size_t sum = 0;
    for (const auto& other : buffers)
      sum += other.first <= at.first && at.first <= other.last ? other.size : 0;
    most = std::max(most, sum);
  }
  return most;
}

} // namespace

TEST_CASE("buffers that are never in use together share memory") {
  const lives buffers{{100, 0, 1}, {80, 2, 3}, {60, 4, 4}};
  const auto plan = plan_memory(buffers, 1);
  REQUIRE(plan.offsets == std::vector<std::size_t>{0, 0, 0});
  REQUIRE(plan.size == 100);
}

TEST_CASE("buffers that meet at one moment do not share memory") {
  const auto plan = plan_memory(lives{{100, 0, 2}, {80, 2, 3}}, 1);
  REQUIRE(plan.offsets == std::vector<std::size_t>{0, 100});
  REQUIRE(plan.size == 180);
}

TEST_CASE("a gap between two buffers is used where it is large enough") {
  const lives buffers{{100, 0, 9}, {90, 0, 1}, {80, 0, 9}, {90, 3, 4}};
  const auto plan = plan_memory(buffers, 1);
  REQUIRE(plan.offsets == std::vector<std::size_t>{0, 100, 190, 100});
  REQUIRE(plan.size == 270);
}

TEST_CASE("offsets are aligned, also behind a buffer of odd size, and nothing needs no memory") {
  const auto plan = plan_memory(lives{{7, 0, 1}, {5, 0, 1}, {0, 0, 1}}, 16);
  REQUIRE(plan.offsets[1] == 16);
  REQUIRE(plan.size == 21);
  REQUIRE(plan_memory({}, 16).size == 0);
}

TEST_CASE("no two buffers of any plan overlap in time and place, and little more is taken than at its busiest moment") {
  counter_random random(1);
  for (int round = 0; round < 50; ++round) {
    lives buffers;
    for (int i = 0; i < 60; ++i) {
      const auto first = random.below(40);
      buffers.push_back({1 + random.below(1000), first, first + random.below(10)});
    }
    const auto plan = plan_memory(buffers, 1);
    for (std::size_t a = 0; a < buffers.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        if (buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last)
          REQUIRE((plan.offsets[a] + buffers[a].size <= plan.offsets[b]
                   || plan.offsets[b] + buffers[b].size <= plan.offsets[a]));
    REQUIRE(static_cast<double>(plan.size) < 1.35 * static_cast<double>(busiest_moment(buffers)));
  }
}
