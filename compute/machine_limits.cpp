#include "compute/machine_limits.hpp"

#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
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

/// Best of some turns of all threads together, in seconds a turn; make(thread) gives what each does in a turn.
template <class Make>
double least_seconds(int threads, Make make) {
  constexpr int turns = 6;
  auto least = steady_clock::duration::max();
  auto began = steady_clock::now();
  // Between two turns only, when all threads have come.
  std::barrier all(threads, [&]() noexcept {
    const auto now = steady_clock::now();
    least = std::min(least, now - began);
    began = now;
  });
  std::vector<std::jthread> team;
  for (int i = 0; i < threads; ++i)
    team.emplace_back([&] {
      auto turn = make();
      for (int done = 0; done < turns; ++done) {
        turn();
        all.arrive_and_wait();
      }
    });
  team.clear();
  return std::chrono::duration<double>(least).count();
}

} // namespace

machine_limits measure_machine(int threads) {
  const auto& kernels = fastest();
  const auto operations = 2.0 * chains * static_cast<double>(kernels.width * rounds) * threads;
  const auto of_operations =
    least_seconds(threads, [&] { return [&] { [[maybe_unused]] volatile float kept = kernels.multiply_add(); }; });
  // McCalpin's triad.
  constexpr std::size_t values = 16'000'000;
  constexpr std::size_t vectors = 3;
  const auto bytes = static_cast<double>(vectors * values * sizeof(float)) * threads;
  const auto of_bytes = least_seconds(threads, [] {
    return [a = std::vector<float>(values), b = std::vector<float>(values, 1.0f),
            c = std::vector<float>(values, 2.0f)]() mutable {
      for (std::size_t i = 0; i < values; ++i)
        a[i] = b[i] + 3.0f * c[i];
      // So that the loop is not taken for useless.
      asm volatile("" : : "r"(a.data()) : "memory");
    };
  });
  return {operations / of_operations, bytes / of_bytes};
}

} // namespace paceline
