#include "cluster/checkpoint/exact_double.hpp"

#include "tests/catch.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

using namespace paceline;

namespace {

void require_same_bits(double value) {
  const auto text = to_exact_text(value);
  INFO(text);
  const auto back = from_exact_text(text);
  REQUIRE(back);
  REQUIRE(std::bit_cast<std::uint64_t>(*back) == std::bit_cast<std::uint64_t>(value));
}

} // namespace

TEST_CASE("a double comes back from its exact text with the same bits") {
  using limits = std::numeric_limits<double>;
  for (const double value : {0.0, 1.0, 0.1, 1.0 / 3, 1e300, limits::min(), limits::max(), limits::denorm_min(),
                             limits::min() / 3, limits::infinity(), limits::quiet_NaN(), std::nan("42")}) {
    require_same_bits(value);
    require_same_bits(-value);
  }
}

TEST_CASE("random bits come back from their exact text") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i)
    require_same_bits(std::bit_cast<double>(random()));
}

TEST_CASE("text that was not written as an exact double is refused") {
  for (const auto* text : {"", "-", "1.5", "0x", "0x1.8p+1 ", "0x1.8P+1", "0x-1p+0", "0xinf", "nan", "nan:", "INF",
                           "--0x1p+0", "nan:3ff0000000000000", "nan:7ff8000000000000x", "infinity"}) {
    INFO(text);
    REQUIRE_FALSE(from_exact_text(text));
  }
}
