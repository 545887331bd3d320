#include "compute/cuda/kernels/layouts.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

using namespace paceline::cuda;

TEST_CASE("matrices are transposed one by one, and added to what is there where that is asked for") {
  stream queue(0);
  std::vector<float> from(12);
  std::iota(from.begin(), from.end(), 0.0f);
  std::vector<float> to(12, 100.0f);
  transpose(queue, {.batch = 2, .rows = 2, .columns = 3}, from.data(), to.data());
  queue.wait();
  REQUIRE(to == std::vector<float>{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11});
  transpose(queue, {.batch = 2, .rows = 2, .columns = 3, .accumulate = true}, from.data(), to.data());
  queue.wait();
  REQUIRE(to == std::vector<float>{0, 6, 2, 8, 4, 10, 12, 18, 14, 20, 16, 22});
}

TEST_CASE("bf16 is the nearest of its numbers, ties to even, and what is no number stays none") {
  stream queue(0);
  const auto step = std::ldexp(1.0f, -7);
  const std::vector<float> from{0,
                                -0.0f,
                                1,
                                1 + step / 2,
                                1 + 3 * step / 2,
                                1 + 0.51f * step,
                                -2.5f,
                                std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN()};
  const std::vector<float> expected{
    0, -0.0f, 1, 1, 1 + 2 * step, 1 + step, -2.5f, std::numeric_limits<float>::infinity(), 0};
  std::vector<bfloat16> narrow(from.size());
  std::vector<float> back(from.size());
  const auto count = static_cast<std::int64_t>(from.size());
  convert(queue, count, value_type::fp32, from.data(), value_type::bf16, narrow.data());
  convert(queue, count, value_type::bf16, narrow.data(), value_type::fp32, back.data());
  queue.wait();
  for (std::size_t i = 0; i + 1 < from.size(); ++i) {
    REQUIRE(back[i] == expected[i]);
    REQUIRE(std::signbit(back[i]) == std::signbit(expected[i]));
  }
  REQUIRE(std::isnan(back.back()));
}
