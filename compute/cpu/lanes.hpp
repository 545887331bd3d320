#pragma once

#include "compute/instruction_sets.hpp"

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace paceline::cpu {

/// `Width` numbers that are worked on together, as the compilers' vector types: arithmetic, comparison and ?: go lane by
/// lane. With a width of 1 they are plain numbers, so that one body serves all layouts.
template <std::int64_t Width>
struct lanes {
  typedef float floats [[gnu::vector_size(Width * sizeof(float))]];
  typedef double doubles [[gnu::vector_size(Width * sizeof(double))]];
  typedef std::int32_t ints [[gnu::vector_size(Width * sizeof(std::int32_t))]];
  typedef std::uint16_t shorts [[gnu::vector_size(Width * sizeof(std::uint16_t))]];
  typedef std::uint8_t bytes [[gnu::vector_size(Width)]];
};

template <>
struct lanes<1> {
  using floats = float;
  using doubles = double;
  using ints = std::int32_t;
  using bytes = std::uint8_t;
};

/// Vectors go by reference: by value their calling convention would depend on the instruction set.
template <class Vector, class T>
PACELINE_KERNEL_BODY void load(Vector& to, const T* from) {
  std::memcpy(&to, from, sizeof(Vector));
}

template <class Vector, class T>
PACELINE_KERNEL_BODY void store(T* to, const Vector& from) {
  std::memcpy(to, &from, sizeof(Vector));
}

template <class To, class From>
PACELINE_KERNEL_BODY void convert(To& to, const From& from) {
  if constexpr (std::is_arithmetic_v<From>)
    to = static_cast<To>(from);
#ifdef __x86_64__
  // GCC 12 does not come upon the instruction that does this at once, and goes through the bytes one by one.
  else if constexpr (std::is_same_v<To, lanes<16>::ints> && std::is_same_v<From, lanes<16>::bytes>)
    asm("vpmovzxbd %1, %0" : "=v"(to) : "vm"(from));
#endif
  else if constexpr (sizeof(To) == 4 * sizeof(From))
    to = __builtin_convertvector(__builtin_convertvector(from, typename lanes<sizeof(From)>::shorts), To);
  else
    to = __builtin_convertvector(from, To);
}

/// Calls body(width), width a constant that divides `block`: the widest up to `Widest`, which is what the instruction set
/// has registers for.
template <std::int64_t Widest, class Body>
PACELINE_KERNEL_BODY void with_lanes(std::int64_t block, Body body) {
  if constexpr (Widest > 1) {
    if (block % Widest == 0)
      body(std::integral_constant<std::int64_t, Widest>{});
    else
      with_lanes<Widest / 2>(block, body);
  } else {
    body(std::integral_constant<std::int64_t, 1>{});
  }
}

} // namespace paceline::cpu
