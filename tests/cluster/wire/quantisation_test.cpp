#include "cluster/wire/quantisation.hpp"

#include "tests/catch.hpp"
#include "tests/repository.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace paceline;

namespace {

using float_limits = std::numeric_limits<float>;

std::vector<float> through_bf16(const std::vector<float>& values) {
  std::vector<std::uint16_t> halves(values.size());
  to_bf16(values, halves);
  std::vector<float> result(values.size());
  from_bf16(halves, result);
  return result;
}

std::vector<float> through_int8(const std::vector<float>& values) {
  std::vector<std::int8_t> numbers(values.size());
  to_int8(values, int8_scale(values), numbers);
  std::vector<float> result(values.size());
  from_int8(numbers, int8_scale(values), result);
  return result;
}

/// Finite floats of every size: random bits.
std::vector<float> values_of_every_size() {
  std::mt19937 random(1);
  std::vector<float> values;
  while (values.size() < 100'000)
    if (const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random())); std::isfinite(value))
      values.push_back(value);
  return values;
}

std::vector<float> normal_values(float spread) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> values(10'000);
  std::generate(values.begin(), values.end(), [&] { return normal(random); });
  return values;
}

} // namespace

TEST_CASE("bf16 keeps every value to its stated error and sign") {
  auto values = values_of_every_size();
  values.insert(values.end(),
                {float_limits::max(), float_limits::lowest(), std::nextafter(1.00390625f, 0.0f), 1.00390625f});
  const auto results = through_bf16(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    REQUIRE(std::abs(results[i] - value) <= std::max(std::ldexp(std::abs(value), -8), 0x1p-134));
    REQUIRE(std::signbit(results[i]) == std::signbit(values[i]));
  }
}

TEST_CASE("no smaller bound than bf16's stated one holds, and the documents state it") {
  // Of eight significant bits the last counts 2^-7 just above 1, so the tie behind 1 is rounded by 2^-8.
  const float tie = 1 + 0x1p-8f;
  const double error = std::abs(through_bf16({tie})[0] - tie) / tie;
  REQUIRE(error > 0.996 * 0x1p-8);
  REQUIRE(error <= 0x1p-8);
  for (const auto* page : {"docs/configuration.md", "configs/cluster.schema.json"})
    REQUIRE_THAT(contents_of(testing::repository() / page),
                 Catch::Matchers::ContainsSubstring("in half the bytes (relative error up to 2^-8)"));
  REQUIRE_THAT(contents_of(testing::repository() / "docs/wire-format.md"),
               Catch::Matchers::ContainsSubstring("2⁻⁸ of the value, or 2⁻¹³⁴"));
}

TEST_CASE("bf16 keeps what it can hold, rounds ties to even, and never to infinity") {
  const std::vector<float> values{
    0.0f,      -0.0f,     1.0f,      -1.0078125f, 1.00390625f,         1.01171875f,
    0x1p-126f, 0x1p-133f, 0x1p-134f, 0x1.8p-133f, float_limits::max(), float_limits::lowest()};
  const std::vector<float> expected{0.0f,      -0.0f,     1.0f, -1.0078125f, 1.0f,         1.015625f,
                                    0x1p-126f, 0x1p-133f, 0.0f, 0x1p-132f,   0x1.FEp+127f, -0x1.FEp+127f};
  const auto results = through_bf16(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    INFO(values[i]);
    REQUIRE(std::bit_cast<std::uint32_t>(results[i]) == std::bit_cast<std::uint32_t>(expected[i]));
  }
}

TEST_CASE("int8 keeps every value to half a scale, whatever the largest value is") {
  const auto spread = GENERATE(0x1p-149f, 0x1p-140f, 1e-38f, 1e-35f, 1e-3f, 1.0f, 1e20f, 1e37f);
  auto values = normal_values(spread);
  values.push_back(spread);
  const double scale = int8_scale(values);
  float largest = 0;
  for (const auto value : values)
    largest = std::max(largest, std::abs(value));
  REQUIRE(scale >= float_limits::min());
  REQUIRE(scale <= std::max<double>(largest / 127.0 * (1 + 0x1p-23), float_limits::min()));
  const auto results = through_int8(values);
  for (std::size_t i = 0; i < values.size(); ++i)
    REQUIRE(std::abs(double{results[i]} - values[i]) <= scale / 2 * (1 + 0x1p-15));
}

TEST_CASE("int8 keeps zeros, the largest and the smallest value that floats have") {
  REQUIRE(through_int8({0.0f, -0.0f, 0.0f}) == std::vector<float>{0, 0, 0});
  REQUIRE(int8_scale({}) == float_limits::min());
  const auto extremes = through_int8({float_limits::max(), float_limits::lowest(), float_limits::denorm_min(), 1.0f});
  REQUIRE(std::isfinite(extremes[0]));
  REQUIRE(extremes[0] == Approx(float_limits::max()));
  REQUIRE(extremes[1] == -extremes[0]);
  REQUIRE(extremes[2] == 0);
  REQUIRE(extremes[3] == 0);
}

TEST_CASE("int8 rounds to the nearest number, ties to even") {
  const std::vector<float> values{127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 2.49f, -126.6f};
  std::vector<std::int8_t> numbers(values.size());
  REQUIRE(int8_scale(values) == 1);
  to_int8(values, 1, numbers);
  REQUIRE(numbers == std::vector<std::int8_t>{127, 0, 2, 2, 0, -2, 2, -127});
}
