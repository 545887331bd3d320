#include "compute/leader_pull.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace paceline;

namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// Values at which x − s (x − t) would round, overflow or lose a sign.
std::vector<float> awkward_values() {
  const auto largest = std::numeric_limits<float>::max();
  return {-0.0f, 0.0f, largest, -largest, 1e-45f, 0.1f, 1e30f};
}

} // namespace

TEST_CASE("a pull of one makes the follower the leader bit for bit") {
  auto x = awkward_values();
  auto target = awkward_values();
  std::reverse(target.begin(), target.end());
  apply_pull(x, {target, 1.0f});
  REQUIRE(same_bits(x, target));
}

TEST_CASE("a pull of zero leaves the follower as it is bit for bit and still measures") {
  auto x = awkward_values();
  auto target = awkward_values();
  std::reverse(target.begin(), target.end());
  REQUIRE(apply_pull(x, {target, 0.0f}) > 1e30);
  REQUIRE(same_bits(x, awkward_values()));
}

TEST_CASE("a leader is unmoved by its own pull") {
  auto x = random_vector(1000, 1);
  const auto before = x;
  REQUIRE(apply_pull(x, {before, 0.1f}) == 0);
  REQUIRE(same_bits(x, before));
}

TEST_CASE("a pull moves by its share of the way and tells the distance before it") {
  std::vector<float> x{1, 5};
  REQUIRE(apply_pull(x, {std::vector<float>{4, 1}, 0.25f}) == 5);
  REQUIRE(x == std::vector<float>{1.75f, 4});
}

TEST_CASE("the distance is that of a sum in double for every length") {
  for (std::size_t size = 1; size < 70; ++size) {
    auto x = random_vector(size, 1);
    const auto target = random_vector(size, 2);
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i)
      sum += std::pow(static_cast<double>(x[i] - target[i]), 2);
    REQUIRE(apply_pull(x, {target, 0.5f}) == Approx(std::sqrt(sum)).epsilon(1e-14));
  }
}
