#include "compute/cpu/norm_kernels.hpp"

#include "compute/cpu/lanes.hpp"
#include "compute/instruction_sets.hpp"

#include <vector>

namespace paceline::cpu {

namespace {

/// Calls visit(offset) for the values of one channel, or of `width` channels that lie beside each other, in the order of memory.
template <class Visit>
PACELINE_KERNEL_BODY void for_each_of_channels(const activation_layout& layout, std::int64_t block, std::int64_t lane,
                                               Visit visit) {
  for (std::int64_t sample = 0; sample < layout.batch; ++sample) {
    const auto start = (sample * layout.blocks() + block) * layout.pixels() * layout.block + lane;
    for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel)
      visit(start + pixel * layout.block);
  }
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void sums_body(const activation_layout& layout, std::int64_t block, const float* x,
                                    std::span<double> sums, std::span<double> squares) {
  with_lanes<Widest>(
    layout.block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < layout.block; lane += width) {
        typename vector::doubles sum{};
        typename vector::doubles square{};
        for_each_of_channels(
          layout, block, lane, [&](std::int64_t i) __attribute__((always_inline)) {
            typename vector::floats here;
            typename vector::doubles wide;
            load(here, x + i);
            convert(wide, here);
            sum += wide;
            square += wide * wide;
          });
        store(sums.data() + lane, sum);
        store(squares.data() + lane, square);
      }
    });
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void scale_body(const activation_layout& layout, std::int64_t plane, const float* x,
                                     const norm_scaling& how, float* y) {
  const auto block = layout.block;
  const auto first = plane * layout.pixels() * block;
  const auto channel = plane % layout.blocks() * block;
  with_lanes<Widest>(
    block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < block; lane += width) {
        const typename vector::floats zero{};
        typename vector::floats scale;
        typename vector::floats shift;
        load(scale, how.scale + channel + lane);
        load(shift, how.shift + channel + lane);
        for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel) {
          typename vector::floats value;
          load(value, x + first + pixel * block + lane);
          value = value * scale + shift;
          if (how.rectify)
            value = value < 0 ? zero : value; // keeps NaN
          store(y + first + pixel * block + lane, value);
        }
      }
    });
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void gradient_sums_body(const activation_layout& layout, std::int64_t block, const float* x,
                                             const float* y_gradient, const norm_scaling& how, const float* mean,
                                             std::span<double> sums, std::span<double> products) {
  const auto channel = block * layout.block;
  with_lanes<Widest>(
    layout.block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < layout.block; lane += width) {
        const typename vector::floats zero{};
        typename vector::floats scale;
        typename vector::floats shift;
        typename vector::floats middle;
        load(scale, how.scale + channel + lane);
        load(shift, how.shift + channel + lane);
        load(middle, mean + channel + lane);
        typename vector::doubles sum{};
        typename vector::doubles product{};
        for_each_of_channels(
          layout, block, lane, [&](std::int64_t i) __attribute__((always_inline)) {
            typename vector::floats here;
            typename vector::floats gradient;
            load(here, x + i);
            load(gradient, y_gradient + i);
            if (how.rectify)
              gradient = here * scale + shift > 0 ? gradient : zero;
            const typename vector::floats away = here - middle;
            typename vector::doubles wide_gradient;
            typename vector::doubles wide_away;
            convert(wide_gradient, gradient);
            convert(wide_away, away);
            sum += wide_gradient;
            product += wide_gradient * wide_away;
          });
        store(sums.data() + lane, sum);
        store(products.data() + lane, product);
      }
    });
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void gradient_body(const activation_layout& layout, std::int64_t plane, const float* x,
                                        const float* y_gradient, const norm_scaling& how, const float* by_gradient,
                                        const float* by_x, const float* constant, float* x_gradient) {
  const auto block = layout.block;
  const auto first = plane * layout.pixels() * block;
  const auto channel = plane % layout.blocks() * block;
  with_lanes<Widest>(
    block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < block; lane += width) {
        const typename vector::floats zero{};
        typename vector::floats scale;
        typename vector::floats shift;
        typename vector::floats of_gradient;
        typename vector::floats of_x;
        typename vector::floats added;
        load(scale, how.scale + channel + lane);
        load(shift, how.shift + channel + lane);
        load(of_gradient, by_gradient + channel + lane);
        load(of_x, by_x + channel + lane);
        load(added, constant + channel + lane);
        for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel) {
          const auto i = first + pixel * block + lane;
          typename vector::floats here;
          typename vector::floats gradient;
          load(here, x + i);
          load(gradient, y_gradient + i);
          if (how.rectify)
            gradient = here * scale + shift > 0 ? gradient : zero;
          gradient = gradient * of_gradient + (here * of_x + added);
          store(x_gradient + i, gradient);
        }
      }
    });
}

PACELINE_KERNEL_BODY void add_body(std::span<const float> a, std::span<const float> b, bool rectify,
                                   std::span<float> sum) {
  const float* one = a.data();
  const float* other = b.data();
  float* out = sum.data();
  if (rectify) {
    for (std::size_t i = 0; i < sum.size(); ++i) {
      const float value = one[i] + other[i];
      out[i] = value < 0 ? 0 : value;
    }
  } else {
    for (std::size_t i = 0; i < sum.size(); ++i)
      out[i] = one[i] + other[i];
  }
}

#define PACELINE_NORM_KERNELS(variant, target, widest)                                                                 \
  target void sums_##variant(const activation_layout& layout, std::int64_t block, const float* x,                      \
                             std::span<double> sums, std::span<double> squares) {                                      \
    sums_body<widest>(layout, block, x, sums, squares);                                                                \
  }                                                                                                                    \
  target void scale_##variant(const activation_layout& layout, std::int64_t plane, const float* x,                     \
                              const norm_scaling& how, float* y) {                                                     \
    scale_body<widest>(layout, plane, x, how, y);                                                                      \
  }                                                                                                                    \
  target void gradient_sums_##variant(const activation_layout& layout, std::int64_t block, const float* x,             \
                                      const float* y_gradient, const norm_scaling& how, const float* mean,             \
                                      std::span<double> sums, std::span<double> products) {                            \
    gradient_sums_body<widest>(layout, block, x, y_gradient, how, mean, sums, products);                               \
  }                                                                                                                    \
  target void gradient_##variant(const activation_layout& layout, std::int64_t plane, const float* x,                  \
                                 const float* y_gradient, const norm_scaling& how, const float* by_gradient,           \
                                 const float* by_x, const float* constant, float* x_gradient) {                        \
    gradient_body<widest>(layout, plane, x, y_gradient, how, by_gradient, by_x, constant, x_gradient);                 \
  }                                                                                                                    \
  target void add_##variant(std::span<const float> a, std::span<const float> b, bool rectify, std::span<float> sum) {  \
    add_body(a, b, rectify, sum);                                                                                      \
  }                                                                                                                    \
  constexpr norm_kernels kernels_##variant{                                                                            \
    #variant, sums_##variant, scale_##variant, gradient_sums_##variant, gradient_##variant, add_##variant};

PACELINE_NORM_KERNELS(portable, , 4)
#ifdef __x86_64__
PACELINE_NORM_KERNELS(avx2, PACELINE_TARGET_AVX2, 8)
PACELINE_NORM_KERNELS(avx512, PACELINE_TARGET_AVX512, 16)
#endif

std::vector<norm_kernels> find_supported() {
  std::vector<norm_kernels> result{kernels_portable};
#ifdef __x86_64__
  if (processor_has_avx2())
    result.push_back(kernels_avx2);
  if (processor_has_avx512())
    result.push_back(kernels_avx512);
#endif
  return result;
}

} // namespace

std::span<const norm_kernels> supported_norm_kernels() {
  static const auto supported = find_supported();
  return supported;
}

} // namespace paceline::cpu
