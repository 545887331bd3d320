#include "compute/cpu/kernels.hpp"

#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace paceline::cpu {

namespace {

/// Calls body(block) with the common block sizes as constants, so that the loops over them become whole vectors.
template <class Body>
PACELINE_KERNEL_BODY void with_block(std::int64_t block, Body body) {
  if (block == 16)
    body(std::integral_constant<std::int64_t, 16>{});
  else if (block == 8)
    body(std::integral_constant<std::int64_t, 8>{});
  else
    body(block);
}

/// Calls visit(output pixel, input pixel, place in the window) for each place of each window.
template <class Visit>
PACELINE_KERNEL_BODY void for_each_place(const pool_geometry& g, Visit visit) {
  for (std::int64_t oy = 0; oy < g.to.shape.height; ++oy)
    for (std::int64_t ox = 0; ox < g.to.shape.width; ++ox)
      for (std::int64_t ky = 0; ky < g.kernel; ++ky)
        for (std::int64_t kx = 0; kx < g.kernel; ++kx)
          visit(oy * g.to.shape.width + ox, (oy * g.stride + ky) * g.from.shape.width + ox * g.stride + kx,
                static_cast<std::uint8_t>(ky * g.kernel + kx));
}

PACELINE_KERNEL_BODY void pool_forward_body(const pool_geometry& g, std::int64_t plane, const float* from, float* to,
                                            std::uint8_t* winners) {
  with_block(
    g.from.block, [&](auto block) __attribute__((always_inline)) {
      const float* const from_plane = from + plane * g.from.pixels() * block;
      float* const to_plane = to + plane * g.to.pixels() * block;
      std::uint8_t* const winners_plane = winners + plane * g.to.pixels() * block;
      for_each_place(
        g, [&](std::int64_t output, std::int64_t input, std::uint8_t place) __attribute__((always_inline)) {
          const float* __restrict x = from_plane + input * block;
          float* __restrict best = to_plane + output * block;
          std::uint8_t* __restrict winner = winners_plane + output * block;
          for (std::int64_t lane = 0; lane < block; ++lane) {
            const bool better = place == 0 || x[lane] > best[lane];
            best[lane] = better ? x[lane] : best[lane];
            winner[lane] = better ? place : winner[lane];
          }
        });
    });
}

PACELINE_KERNEL_BODY void pool_backward_body(const pool_geometry& g, std::int64_t plane, const float* to_gradient,
                                             const std::uint8_t* winners, float* from_gradient) {
  with_block(
    g.from.block, [&](auto block) __attribute__((always_inline)) {
      const float* const to_plane = to_gradient + plane * g.to.pixels() * block;
      const std::uint8_t* const winners_plane = winners + plane * g.to.pixels() * block;
      float* const from_plane = from_gradient + plane * g.from.pixels() * block;
      std::fill_n(from_plane, g.from.pixels() * block, 0.0f);
      for_each_place(
        g, [&](std::int64_t output, std::int64_t input, std::uint8_t place) __attribute__((always_inline)) {
          const float* __restrict gradient = to_plane + output * block;
          const std::uint8_t* __restrict winner = winners_plane + output * block;
          float* __restrict sum = from_plane + input * block;
          for (std::int64_t lane = 0; lane < block; ++lane)
            sum[lane] += winner[lane] == place ? gradient[lane] : 0.0f;
        });
    });
}

PACELINE_KERNEL_BODY void rectify_body(std::span<float> x) {
  for (auto& value : x)
    value = value < 0 ? 0 : value;
}

PACELINE_KERNEL_BODY void rectify_gradient_body(std::span<const float> values, std::span<float> gradient) {
  const float* __restrict value = values.data();
  float* __restrict out = gradient.data();
  for (std::size_t i = 0; i < gradient.size(); ++i)
    out[i] = value[i] > 0 ? out[i] : 0.0f;
}

PACELINE_KERNEL_BODY void finish_gradient_body(const activation_layout& layout, std::int64_t block_index,
                                               const float* values, float* gradient, std::span<double> sums) {
  with_block(
    layout.block, [&](auto block) __attribute__((always_inline)) {
      double* __restrict sum = sums.data();
      std::fill_n(sum, static_cast<std::int64_t>(block), 0.0);
      for (std::int64_t sample = 0; sample < layout.batch; ++sample) {
        const auto start = (sample * layout.blocks() + block_index) * layout.pixels() * block;
        for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel) {
          float* __restrict row = gradient + start + pixel * block;
          if (values != nullptr) {
            const float* __restrict value = values + start + pixel * block;
            for (std::int64_t lane = 0; lane < block; ++lane)
              row[lane] = value[lane] > 0 ? row[lane] : 0.0f;
          }
          for (std::int64_t lane = 0; lane < block; ++lane)
            sum[lane] += static_cast<double>(row[lane]);
        }
      }
    });
}

PACELINE_KERNEL_BODY void drop_body(const activation_layout& layout, std::int64_t plane, const dropout_mask& mask,
                                    float scale, float* x, std::uint8_t* kept) {
  const auto block = layout.block;
  const auto sample = plane / layout.blocks();
  const auto first = plane % layout.blocks() * block;
  const auto lanes = std::min(block, layout.shape.channels - first);
  const auto start = plane * layout.pixels() * block;
  for (std::int64_t lane = 0; lane < lanes; ++lane)
    for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel) {
      const auto element = (sample * layout.shape.channels + first + lane) * layout.pixels() + pixel;
      const auto i = start + pixel * block + lane;
      kept[i] = mask.keeps(static_cast<std::uint64_t>(element)) ? 1 : 0;
      x[i] *= kept[i] != 0 ? scale : 0.0f;
    }
}

PACELINE_KERNEL_BODY void drop_gradient_body(float scale, std::span<const std::uint8_t> kept,
                                             std::span<float> gradient) {
  const std::uint8_t* __restrict keep = kept.data();
  float* __restrict out = gradient.data();
  for (std::size_t i = 0; i < gradient.size(); ++i)
    out[i] *= keep[i] != 0 ? scale : 0.0f;
}

#define PACELINE_CPU_KERNELS(variant, target)                                                                          \
  target void pool_forward_##variant(const pool_geometry& g, std::int64_t plane, const float* from, float* to,         \
                                     std::uint8_t* winners) {                                                          \
    pool_forward_body(g, plane, from, to, winners);                                                                    \
  }                                                                                                                    \
  target void pool_backward_##variant(const pool_geometry& g, std::int64_t plane, const float* to_gradient,            \
                                      const std::uint8_t* winners, float* from_gradient) {                             \
    pool_backward_body(g, plane, to_gradient, winners, from_gradient);                                                 \
  }                                                                                                                    \
  target void rectify_##variant(std::span<float> x) {                                                                  \
    rectify_body(x);                                                                                                   \
  }                                                                                                                    \
  target void rectify_gradient_##variant(std::span<const float> values, std::span<float> gradient) {                   \
    rectify_gradient_body(values, gradient);                                                                           \
  }                                                                                                                    \
  target void finish_gradient_##variant(const activation_layout& layout, std::int64_t block, const float* values,      \
                                        float* gradient, std::span<double> sums) {                                     \
    finish_gradient_body(layout, block, values, gradient, sums);                                                       \
  }                                                                                                                    \
  target void drop_##variant(const activation_layout& layout, std::int64_t plane, const dropout_mask& mask,            \
                             float scale, float* x, std::uint8_t* kept) {                                              \
    drop_body(layout, plane, mask, scale, x, kept);                                                                    \
  }                                                                                                                    \
  target void drop_gradient_##variant(float scale, std::span<const std::uint8_t> kept, std::span<float> gradient) {    \
    drop_gradient_body(scale, kept, gradient);                                                                         \
  }                                                                                                                    \
  constexpr kernels kernels_##variant{#variant,          pool_forward_##variant,     pool_backward_##variant,          \
                                      rectify_##variant, rectify_gradient_##variant, finish_gradient_##variant,        \
                                      drop_##variant,    drop_gradient_##variant};

PACELINE_CPU_KERNELS(portable, )
#ifdef __x86_64__
PACELINE_CPU_KERNELS(avx2, PACELINE_TARGET_AVX2)
PACELINE_CPU_KERNELS(avx512, PACELINE_TARGET_AVX512)
#endif

std::vector<kernels> find_supported() {
  std::vector<kernels> result{kernels_portable};
#ifdef __x86_64__
  if (processor_has_avx2())
    result.push_back(kernels_avx2);
  if (processor_has_avx512())
    result.push_back(kernels_avx512);
#endif
  return result;
}

} // namespace

std::span<const kernels> supported_kernels() {
  static const auto supported = find_supported();
  return supported;
}

} // namespace paceline::cpu
