#pragma once

#include <cstddef>
#include <span>
#include <vector>

/// Own kernels are written once, as bodies that are inlined into one function per instruction set, where the compiler
/// vectorises them; the fastest that the processor can run is chosen at run time.
/// Target attributes and not target_clones: the latter's ifunc resolvers run before a sanitizer is set up.

#define PACELINE_KERNEL_BODY [[gnu::always_inline]] inline

#ifdef __x86_64__
#define PACELINE_TARGET_AVX2 [[gnu::target("avx2")]]
#define PACELINE_TARGET_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]
#define PACELINE_TARGET_AVX2_FMA [[gnu::target("avx2,fma")]]
#define PACELINE_TARGET_AVX512_FMA [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,fma")]]
#endif

/// Lets the compiler make one rounding of a multiplication and an addition, where the instruction set has that: for kernels that need
/// not give the same bits on each. Without it the project is compiled without contraction.
#ifdef __clang__
#define PACELINE_FUSED_MULTIPLY_ADD
#else
#define PACELINE_FUSED_MULTIPLY_ADD [[gnu::optimize("fp-contract=fast")]]
#endif

namespace paceline {

inline bool processor_has_avx2() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2");
#else
  return false;
#endif
}

inline bool processor_has_fma() {
#ifdef __x86_64__
  return __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

/// The four parts that PACELINE_TARGET_AVX512 names.
inline bool processor_has_avx512() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
         && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

/// Whether kernels use fused multiply-adds, which a processor with AVX2 need not have.
enum class multiply_add { separate, fused };

/// Those that this processor can run, the plain one first and the fastest last. `all`: the plain one, then, where they were compiled,
/// those for AVX2 and AVX-512.
template <class Kernels>
std::vector<Kernels> runnable_variants(std::span<const Kernels> all, multiply_add how = multiply_add::separate) {
  const bool has_it = how == multiply_add::separate || processor_has_fma();
  const bool runs[] = {true, has_it && processor_has_avx2(), has_it && processor_has_avx512()};
  std::vector<Kernels> result;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (runs[i])
      result.push_back(all[i]);
  return result;
}

/// A list of all variants of the kernels of that name, as the instruction sets are called at its end.
#ifdef __x86_64__
#define PACELINE_VARIANTS(kernels) kernels##portable, kernels##avx2, kernels##avx512
#else
#define PACELINE_VARIANTS(kernels) kernels##portable
#endif

} // namespace paceline
