#include "compute/machine_limits.hpp"

#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace paceline {

namespace {

using std::chrono::steady_clock;

/// Sums that do not wait for each other: enough for two units that take five cycles for a multiply-add, and few enough for 16 registers.
constexpr int chains = 12;
constexpr std::int64_t rounds = 1 << 20;

/// A struct, since GCC takes the type for a plain float where it depends on a template's argument.
template <std::int64_t Width>
struct vector_of {
  typedef float floats [[gnu::vector_size(Width * sizeof(float))]];
};

template <std::int64_t Width>
PACELINE_KERNEL_BODY float multiply_add_body() {
  using floats = typename vector_of<Width>::floats;
  // Read again each time, so that the compiler can neither reckon with it nor take the sums for the same.
  volatile float given = 0.5f;
  floats sums[chains];
  for (auto& sum : sums)
    sum = floats{} + given;
  const floats factor = floats{} + given;
  const floats term = floats{} + given;
  for (std::int64_t round = 0; round < rounds; ++round)
#pragma GCC unroll 12
    for (auto& sum : sums)
      sum = sum * factor + term;
  float all = 0;
  for (const auto& sum : sums)
    all += sum[0];
  return all;
}

struct limit_kernels {
  std::int64_t width;
  float (*multiply_add)();
};

#define PACELINE_LIMIT_KERNELS(variant, target, width)                                                                 \
  target PACELINE_FUSED_MULTIPLY_ADD float multiply_add_##variant() {                                                  \
    return multiply_add_body<width>();                                                                                 \
  }                                                                                                                    \
  constexpr limit_kernels limits_##variant{width, multiply_add_##variant};

PACELINE_LIMIT_KERNELS(portable, , 4)
#ifdef __x86_64__
PACELINE_LIMIT_KERNELS(avx2, PACELINE_TARGET_AVX2_FMA, 8)
PACELINE_LIMIT_KERNELS(avx512, PACELINE_TARGET_AVX512_FMA, 16)
#endif

const limit_kernels& fastest() {
  static const limit_kernels all[] = {PACELINE_VARIANTS(limits_)};
  static const auto fastest = runnable_variants(std::span<const limit_kernels>(all), multiply_add::fused).back();
  return fastest;
}

/// The least of some turns, in seconds.
template <class Turn>
double least_seconds(Turn turn) {
  constexpr int turns = 6;
  auto least = steady_clock::duration::max();
  for (int done = 0; done < turns; ++done) {
    const auto began = steady_clock::now();
    turn();
    least = std::min(least, steady_clock::now() - began);
  }
  return std::chrono::duration<double>(least).count();
}

} // namespace

machine_limits measure_machine() {
  const auto& kernels = fastest();
  const auto operations = 2.0 * chains * static_cast<double>(kernels.width * rounds);
  const auto of_operations = least_seconds([&] { [[maybe_unused]] volatile float kept = kernels.multiply_add(); });
  // McCalpin's triad.
  constexpr std::size_t vectors = 3;
  constexpr auto values = static_cast<std::size_t>(machine_limits_bytes / sizeof(float) / vectors);
  std::vector<float> a(values), b(values, 1.0f), c(values, 2.0f);
  const auto of_bytes = least_seconds([&] {
    for (std::size_t i = 0; i < values; ++i)
      a[i] = b[i] + 3.0f * c[i];
    // So that the loop is not taken for useless.
    asm volatile("" : : "r"(a.data()) : "memory");
  });
  return {operations / of_operations, static_cast<double>(vectors * values * sizeof(float)) / of_bytes};
}

} // namespace paceline
