#include "compute/cpu/kernels.hpp"

#include "compute/cpu/lanes.hpp"
#include "compute/instruction_sets.hpp"

#include <algorithm>
#include <vector>

namespace paceline::cpu {

namespace {

/// The windows of nearly all networks, for which loops are known when they are compiled: 2x2, side by side, nothing left over.
bool is_quartering(const pool_geometry& g) {
  return g.kernel == 2 && g.stride == 2 && g.padding == 0 && g.from.shape.height == 2 * g.to.shape.height
         && g.from.shape.width == 2 * g.to.shape.width;
}

/// Calls visit(input pixel, place) for each place of the window of output pixel (oy, ox) that is not in the padding.
template <bool Quartering, class Visit>
PACELINE_KERNEL_BODY void for_each_place(const pool_geometry& g, std::int64_t oy, std::int64_t ox, Visit visit) {
  const auto width = g.from.shape.width;
  if constexpr (Quartering) {
    const auto first = 2 * oy * width + 2 * ox;
    visit(first, 0);
    visit(first + 1, 1);
    visit(first + width, 2);
    visit(first + width + 1, 3);
  } else {
    const auto top = oy * g.stride - g.padding;
    const auto left = ox * g.stride - g.padding;
    for (auto ky = std::max<std::int64_t>(0, -top); ky < std::min(g.kernel, g.from.shape.height - top); ++ky)
      for (auto kx = std::max<std::int64_t>(0, -left); kx < std::min(g.kernel, width - left); ++kx)
        visit((top + ky) * width + left + kx, static_cast<std::int32_t>(ky * g.kernel + kx));
  }
}

/// Calls visit(oy, ox, offset of the values) for each output pixel and each group of `width` lanes.
template <class Visit>
PACELINE_KERNEL_BODY void for_each_output(const pool_geometry& g, std::int64_t width, Visit visit) {
  for (std::int64_t oy = 0; oy < g.to.shape.height; ++oy)
    for (std::int64_t ox = 0; ox < g.to.shape.width; ++ox)
      for (std::int64_t lane = 0; lane < g.to.block; lane += width)
        visit(oy, ox, lane);
}

template <std::int64_t Widest, bool Quartering>
PACELINE_KERNEL_BODY void pool_forward_body(const pool_geometry& g, std::int64_t plane, const float* from, float* to,
                                            std::uint8_t* winners) {
  const auto block = g.from.block;
  from += plane * g.from.pixels() * block;
  to += plane * g.to.pixels() * block;
  winners += plane * g.to.pixels() * block;
  with_lanes<Widest>(
    block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for_each_output(
        g, width, [&](std::int64_t oy, std::int64_t ox, std::int64_t lane) __attribute__((always_inline)) {
          typename vector::floats best{};
          typename vector::ints winner{};
          bool first = true;
          for_each_place<Quartering>(
            g, oy, ox, [&](std::int64_t pixel, std::int32_t place) __attribute__((always_inline)) {
              typename vector::floats x;
              load(x, from + pixel * block + lane);
              if (first) {
                first = false;
                best = x;
                winner += place;
                return;
              }
              const auto better = x > best;
              best = better ? x : best;
              winner = better ? typename vector::ints{} + place : winner;
            });
          const auto output = (oy * g.to.shape.width + ox) * block + lane;
          typename vector::bytes winner_bytes;
          convert(winner_bytes, winner);
          store(to + output, best);
          store(winners + output, winner_bytes);
        });
    });
}

template <std::int64_t Widest, bool Quartering>
PACELINE_KERNEL_BODY void pool_backward_body(const pool_geometry& g, std::int64_t plane, const float* to_gradient,
                                             const std::uint8_t* winners, float* from_gradient) {
  const auto block = g.from.block;
  to_gradient += plane * g.to.pixels() * block;
  winners += plane * g.to.pixels() * block;
  from_gradient += plane * g.from.pixels() * block;
  if constexpr (!Quartering)
    std::fill_n(from_gradient, g.from.pixels() * block, 0.0f);
  with_lanes<Widest>(
    block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for_each_output(
        g, width, [&](std::int64_t oy, std::int64_t ox, std::int64_t lane) __attribute__((always_inline)) {
          const auto output = (oy * g.to.shape.width + ox) * block + lane;
          const typename vector::floats zero{};
          typename vector::floats gradient;
          typename vector::bytes winner_bytes;
          typename vector::ints winner;
          load(gradient, to_gradient + output);
          load(winner_bytes, winners + output);
          convert(winner, winner_bytes);
          for_each_place<Quartering>(
            g, oy, ox, [&](std::int64_t pixel, std::int32_t place) __attribute__((always_inline)) {
              typename vector::floats sum = winner == place ? gradient : zero;
              if constexpr (!Quartering) {
                typename vector::floats others;
                load(others, from_gradient + pixel * block + lane);
                sum += others;
              }
              store(from_gradient + pixel * block + lane, sum);
            });
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

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void finish_gradient_body(const activation_layout& layout, std::int64_t block_index,
                                               const float* values, float* gradient, std::span<double> sums) {
  const auto block = layout.block;
  with_lanes<Widest>(
    block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < block; lane += width) {
        const typename vector::floats zero{};
        typename vector::doubles sum{};
        for (std::int64_t sample = 0; sample < layout.batch; ++sample) {
          const auto start = (sample * layout.blocks() + block_index) * layout.pixels() * block + lane;
          for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel) {
            const auto i = start + pixel * block;
            typename vector::floats here;
            load(here, gradient + i);
            if (values != nullptr) {
              typename vector::floats value;
              load(value, values + i);
              here = value > 0 ? here : zero;
              store(gradient + i, here);
            }
            typename vector::doubles wide;
            convert(wide, here);
            sum += wide;
          }
        }
        store(sums.data() + lane, sum);
      }
    });
}

PACELINE_KERNEL_BODY void drop_body(const activation_layout& layout, std::int64_t plane, const dropout_mask& mask,
                                    float scale, float* x, std::uint8_t* kept) {
  const auto block = layout.block;
  const auto pixels = layout.pixels();
  const auto first = plane % layout.blocks() * block;
  const auto channels = std::min(block, layout.shape.channels - first);
  const auto first_element = (plane / layout.blocks() * layout.shape.channels + first) * pixels;
  for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
    float* __restrict value = x + (plane * pixels + pixel) * block;
    std::uint8_t* __restrict keep = kept + (plane * pixels + pixel) * block;
    for (std::int64_t lane = 0; lane < channels; ++lane) {
      const bool keeps = mask.keeps(static_cast<std::uint64_t>(first_element + lane * pixels + pixel));
      keep[lane] = keeps ? 1 : 0;
      value[lane] *= keeps ? scale : 0.0f;
    }
  }
}

PACELINE_KERNEL_BODY void drop_gradient_body(float scale, std::span<const std::uint8_t> kept,
                                             std::span<float> gradient) {
  const std::uint8_t* __restrict keep = kept.data();
  float* __restrict out = gradient.data();
  for (std::size_t i = 0; i < gradient.size(); ++i)
    out[i] *= keep[i] != 0 ? scale : 0.0f;
}

#define PACELINE_CPU_KERNELS(variant, target, widest)                                                                  \
  target void pool_forward_##variant(const pool_geometry& g, std::int64_t plane, const float* from, float* to,         \
                                     std::uint8_t* winners) {                                                          \
    if (is_quartering(g))                                                                                              \
      pool_forward_body<widest, true>(g, plane, from, to, winners);                                                    \
    else                                                                                                               \
      pool_forward_body<widest, false>(g, plane, from, to, winners);                                                   \
  }                                                                                                                    \
  target void pool_backward_##variant(const pool_geometry& g, std::int64_t plane, const float* to_gradient,            \
                                      const std::uint8_t* winners, float* from_gradient) {                             \
    if (is_quartering(g))                                                                                              \
      pool_backward_body<widest, true>(g, plane, to_gradient, winners, from_gradient);                                 \
    else                                                                                                               \
      pool_backward_body<widest, false>(g, plane, to_gradient, winners, from_gradient);                                \
  }                                                                                                                    \
  target void rectify_##variant(std::span<float> x) {                                                                  \
    rectify_body(x);                                                                                                   \
  }                                                                                                                    \
  target void rectify_gradient_##variant(std::span<const float> values, std::span<float> gradient) {                   \
    rectify_gradient_body(values, gradient);                                                                           \
  }                                                                                                                    \
  target void finish_gradient_##variant(const activation_layout& layout, std::int64_t block, const float* values,      \
                                        float* gradient, std::span<double> sums) {                                     \
    finish_gradient_body<widest>(layout, block, values, gradient, sums);                                               \
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

PACELINE_CPU_KERNELS(portable, , 4)
#ifdef __x86_64__
PACELINE_CPU_KERNELS(avx2, PACELINE_TARGET_AVX2, 8)
PACELINE_CPU_KERNELS(avx512, PACELINE_TARGET_AVX512, 16)
#endif

} // namespace

std::span<const kernels> supported_kernels() {
  static const kernels all[] = {PACELINE_VARIANTS(kernels_)};
  static const auto supported = runnable_variants(std::span<const kernels>(all));
  return supported;
}

} // namespace paceline::cpu
