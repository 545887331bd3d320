#include "compute/data/shard.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <numeric>
#include <set>

using namespace paceline;

TEST_CASE("shards are disjoint, cover the whole set and differ in size by at most one") {
  for (const std::size_t total : {0u, 1u, 7u, 12u, 103u}) {
    for (const std::size_t count : {1u, 2u, 4u, 5u}) {
      std::multiset<std::uint32_t> seen;
      for (std::size_t index = 0; index < count; ++index) {
        const shard part{total, count, index, 9};
        const auto order = part.order(0);
        REQUIRE(order.size() == part.size());
        REQUIRE(part.size() == (total + count - 1 - index) / count);
        seen.insert(order.begin(), order.end());
      }
      std::vector<std::uint32_t> everything(total);
      std::iota(everything.begin(), everything.end(), 0u);
      REQUIRE(std::equal(seen.begin(), seen.end(), everything.begin(), everything.end()));
    }
  }
}

TEST_CASE("a shard visits the same pictures in another order every epoch") {
  const shard part{1000, 4, 2, 3};
  auto first = part.order(0);
  auto second = part.order(1);
  REQUIRE(first != second);
  REQUIRE(first == shard{1000, 4, 2, 3}.order(0));
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  REQUIRE(first == second);
}

TEST_CASE("another seed cuts the set into other shards") {
  auto one = shard{1000, 4, 2, 3}.order(0);
  auto other = shard{1000, 4, 2, 4}.order(0);
  std::sort(one.begin(), one.end());
  std::sort(other.begin(), other.end());
  REQUIRE(one != other);
}

TEST_CASE("a shard of a set sorted by class has every class in its share") {
  const std::size_t per_class = 1000;
  for (std::size_t index = 0; index < 4; ++index) {
    std::vector<std::size_t> pictures(10);
    for (const auto picture : shard{10 * per_class, 4, index, 1}.order(0))
      ++pictures[picture / per_class];
    // 250 are expected with a standard deviation of about 13.
    for (const auto count : pictures)
      REQUIRE((count > 180 && count < 320));
  }
}

TEST_CASE("every position of an order is equally likely for every picture") {
  // 5 pictures, 2000 epochs: 400 times each, with a standard deviation of 18.
  std::vector<std::vector<int>> hits(5, std::vector<int>(5));
  for (std::uint64_t epoch = 0; epoch < 2000; ++epoch) {
    const auto order = shard{5, 1, 0, 17}.order(epoch);
    for (std::size_t position = 0; position < order.size(); ++position)
      ++hits[order[position]][position];
  }
  for (const auto& picture : hits)
    for (const auto count : picture)
      REQUIRE((count > 310 && count < 490));
}

TEST_CASE("while all workers live a shard's order is the same with and without knowing it") {
  for (std::size_t index = 0; index < 3; ++index) {
    const shard part{100, 3, index, 9};
    std::vector<bool> live(3, true);
    REQUIRE(part.order(4, live) == part.order(4));
    live[index] = false; // its own entry does not count
    REQUIRE(part.order(4, live) == part.order(4));
  }
}

TEST_CASE("the shards of lost workers are shared out among the others, which cover the whole set and stay disjoint") {
  for (const std::size_t total : {7u, 12u, 103u}) {
    const std::vector<bool> live{true, false, true, false, true};
    std::multiset<std::uint32_t> seen;
    for (const std::size_t index : {0u, 2u, 4u}) {
      const shard part{total, 5, index, 9};
      const auto order = part.order(2, live);
      REQUIRE(order.size() >= part.size());
      REQUIRE(order.size() <= total / 3 + 3);
      auto own = part.order(2);
      auto all = order;
      std::sort(own.begin(), own.end());
      std::sort(all.begin(), all.end());
      REQUIRE(std::includes(all.begin(), all.end(), own.begin(), own.end()));
      seen.insert(order.begin(), order.end());
    }
    std::vector<std::uint32_t> everything(total);
    std::iota(everything.begin(), everything.end(), 0u);
    REQUIRE(std::equal(seen.begin(), seen.end(), everything.begin(), everything.end()));
  }
}
