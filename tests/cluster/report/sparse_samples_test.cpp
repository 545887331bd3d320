#include "cluster/report/sparse_samples.hpp"

#include "tests/catch.hpp"

using namespace paceline;

namespace {

std::vector<int> samples_of(int count, std::size_t most) {
  sparse_samples<int> samples(most);
  for (int i = 0; i < count; ++i)
    samples.add(i);
  return samples.values();
}

} // namespace

TEST_CASE("a short stream is kept whole") {
  REQUIRE(samples_of(0, 4).empty());
  REQUIRE(samples_of(1, 4) == std::vector<int>{0});
  REQUIRE(samples_of(4, 4) == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("of a long stream even samples are kept, and the latest") {
  REQUIRE(samples_of(5, 4) == std::vector<int>{0, 2, 4});
  REQUIRE(samples_of(6, 4) == std::vector<int>{0, 2, 4, 5});
  REQUIRE(samples_of(7, 4) == std::vector<int>{0, 2, 4, 6});
  REQUIRE(samples_of(9, 4) == std::vector<int>{0, 4, 8});
  REQUIRE(samples_of(12, 4) == std::vector<int>{0, 4, 8, 11});
}

TEST_CASE("any stream keeps its first and its latest sample, in order and within the bound") {
  for (const std::size_t most : {2, 3, 5, 8})
    for (int count = 1; count < 200; ++count) {
      const auto kept = samples_of(count, most);
      REQUIRE(kept.front() == 0);
      REQUIRE(kept.back() == count - 1);
      REQUIRE(kept.size() <= most + 1);
      for (std::size_t i = 1; i < kept.size(); ++i)
        REQUIRE(kept[i - 1] < kept[i]);
    }
}
