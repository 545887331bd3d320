#pragma once

#include <cstdint>

namespace paceline {

/// Random numbers as a pure function of where they are used, so that every backend and every resumed run draws the same
/// ones: no generator state is kept anywhere. The mixing function is SplitMix64's finaliser (Steele, Lea, Flood 2014).
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Derives a stream's seed from a parent seed and a name (a number) for what it is used for.
constexpr std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t purpose) {
  return mix_bits(seed ^ mix_bits(purpose));
}

/// The `counter`-th 64 random bits of a stream.
constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint64_t counter) {
  return mix_bits(seed + counter * 0x9e3779b97f4a7c15u);
}

/// The `counter`-th uniform number of a stream, in [0, 1), a multiple of 2^-24 (exact as float).
constexpr float random_uniform(std::uint64_t seed, std::uint64_t counter) {
  return static_cast<float>(random_bits(seed, counter) >> 40) * 0x1p-24f;
}

/// A stream of numbers for code that draws one after the other. Satisfies UniformRandomBitGenerator.
class counter_random {
 public:
  using result_type = std::uint64_t;

  explicit constexpr counter_random(std::uint64_t seed) : seed_(seed) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  constexpr result_type operator()() { return random_bits(seed_, counter_++); }

  /// In [0, 1).
  constexpr float uniform() { return random_uniform(seed_, counter_++); }

  /// In [low, high).
  constexpr float uniform(float low, float high) { return low + (high - low) * uniform(); }

  /// In [0, bound). Requires bound > 0. The bias of the modulo is below bound / 2^64.
  constexpr std::uint64_t below(std::uint64_t bound) { return (*this)() % bound; }

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

} // namespace paceline
