#include "compute/cpu/norm_kernels.hpp"

#include "compute/cpu/lanes.hpp"
#include "compute/instruction_sets.hpp"

#include <vector>

namespace paceline::cpu {

namespace {

/// Four sums, each of every fourth value: short chains of additions keep their precision, and none waits for the one before.
template <class Vector>
struct interleaved_sum {
  Vector parts[4] = {};

  PACELINE_KERNEL_BODY void total(Vector& sum) const { sum = (parts[0] + parts[1]) + (parts[2] + parts[3]); }
};

/// Calls add(offset, part) for each value of some channels of one sample.
template <class Add>
PACELINE_KERNEL_BODY void for_each_of_sample(const activation_layout& layout, std::int64_t start, Add add) {
  const auto pixels = layout.pixels();
  const auto block = layout.block;
  std::int64_t pixel = 0;
  for (; pixel + 4 <= pixels; pixel += 4)
    for (int part = 0; part < 4; ++part)
      add(start + (pixel + part) * block, part);
  for (; pixel < pixels; ++pixel)
    add(start + pixel * block, 0);
}

template <class Doubles, class Floats>
PACELINE_KERNEL_BODY void add_wide(Doubles& sum, const interleaved_sum<Floats>& of_sample) {
  Floats total;
  Doubles wide;
  of_sample.total(total);
  convert(wide, total);
  sum += wide;
}

// About the channel's first value and not about zero: where the mean is far from zero the squares would swallow the variance.
template <std::int64_t Widest>
PACELINE_KERNEL_BODY void moments_body(const activation_layout& layout, std::int64_t block, const float* x,
                                       std::span<double> means, std::span<double> variances) {
  const auto sample_size = layout.blocks() * layout.pixels() * layout.block;
  const auto first = block * layout.pixels() * layout.block;
  const auto count = static_cast<double>(layout.batch * layout.pixels());
  with_lanes<Widest>(
    layout.block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < layout.block; lane += width) {
        typename vector::floats origin;
        load(origin, x + first + lane);
        typename vector::doubles sum{};
        typename vector::doubles square{};
        for (std::int64_t sample = 0; sample < layout.batch; ++sample) {
          interleaved_sum<typename vector::floats> sums;
          interleaved_sum<typename vector::floats> squares;
          for_each_of_sample(
            layout, sample * sample_size + first + lane, [&](std::int64_t i, int part) __attribute__((always_inline)) {
              typename vector::floats here;
              load(here, x + i);
              here -= origin;
              sums.parts[part] += here;
              squares.parts[part] += here * here;
            });
          add_wide(sum, sums);
          add_wide(square, squares);
        }
        typename vector::doubles wide_origin;
        convert(wide_origin, origin);
        const typename vector::doubles away = sum / count;
        const typename vector::doubles mean = wide_origin + away;
        const typename vector::doubles variance = square / count - away * away;
        store(means.data() + lane, mean);
        store(variances.data() + lane, variance);
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
          if (how.added != nullptr) {
            typename vector::floats other;
            load(other, how.added + first + pixel * block + lane);
            value += other;
          }
          if (how.rectify)
            value = value < 0 ? zero : value; // keeps NaN
          store(y + first + pixel * block + lane, value);
        }
      }
    });
}

/// For block `block`: sums of g and of g (x − mean), where g is what take_gradient(g, i, x[i], channel) sets.
template <std::int64_t Widest, class TakeGradient>
PACELINE_KERNEL_BODY void sum_gradient(const activation_layout& layout, std::int64_t block, const float* x,
                                       const float* mean, std::span<double> sums, std::span<double> products,
                                       TakeGradient take_gradient) {
  const auto channel = block * layout.block;
  const auto sample_size = layout.blocks() * layout.pixels() * layout.block;
  const auto first = block * layout.pixels() * layout.block;
  with_lanes<Widest>(
    layout.block, [&](auto width) __attribute__((always_inline)) {
      using vector = lanes<width>;
      for (std::int64_t lane = 0; lane < layout.block; lane += width) {
        typename vector::floats middle;
        load(middle, mean + channel + lane);
        typename vector::doubles sum{};
        typename vector::doubles product{};
        for (std::int64_t sample = 0; sample < layout.batch; ++sample) {
          interleaved_sum<typename vector::floats> of_gradient;
          interleaved_sum<typename vector::floats> of_product;
          for_each_of_sample(
            layout, sample * sample_size + first + lane, [&](std::int64_t i, int part) __attribute__((always_inline)) {
              typename vector::floats here;
              typename vector::floats gradient;
              load(here, x + i);
              take_gradient(gradient, i, here, channel + lane);
              of_gradient.parts[part] += gradient;
              of_product.parts[part] += gradient * (here - middle);
            });
          add_wide(sum, of_gradient);
          add_wide(product, of_product);
        }
        store(sums.data() + lane, sum);
        store(products.data() + lane, product);
      }
    });
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void gradient_sums_body(const activation_layout& layout, std::int64_t block, const float* x,
                                             const float* y_gradient, const norm_scaling& how, const float* mean,
                                             std::span<double> sums, std::span<double> products) {
  sum_gradient<Widest>(
    layout, block, x, mean, sums, products,
    [&](auto& gradient, std::int64_t i, const auto& here, std::int64_t channel) __attribute__((always_inline)) {
      load(gradient, y_gradient + i);
      if (how.rectify) {
        auto scale = here;
        auto shift = here;
        load(scale, how.scale + channel);
        load(shift, how.shift + channel);
        gradient = here * scale + shift > 0 ? gradient : decltype(scale){};
      }
    });
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void finished_gradient_sums_body(const activation_layout& layout, std::int64_t block,
                                                      const float* x, const float* y, const float* more,
                                                      float* y_gradient, const float* mean, std::span<double> sums,
                                                      std::span<double> products) {
  sum_gradient<Widest>(
    layout, block, x, mean, sums,
    products, [&](auto& gradient, std::int64_t i, const auto&, std::int64_t) __attribute__((always_inline)) {
      load(gradient, y_gradient + i);
      auto read = gradient;
      if (more != nullptr) {
        load(read, more + i);
        gradient += read;
      }
      if (y != nullptr) {
        load(read, y + i);
        gradient = read > 0 ? gradient : decltype(read){};
      }
      store(y_gradient + i, gradient);
    });
}

template <std::int64_t Widest>
PACELINE_KERNEL_BODY void gradient_body(const activation_layout& layout, std::int64_t plane, const float* x,
                                        const norm_derivation& how, float* x_gradient) {
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
        load(scale, how.scaling.scale + channel + lane);
        load(shift, how.scaling.shift + channel + lane);
        load(of_gradient, how.by_gradient + channel + lane);
        load(of_x, how.by_x + channel + lane);
        load(added, how.constant + channel + lane);
        for (std::int64_t pixel = 0; pixel < layout.pixels(); ++pixel) {
          const auto i = first + pixel * block + lane;
          typename vector::floats here;
          typename vector::floats gradient;
          load(here, x + i);
          load(gradient, how.y_gradient + i);
          if (how.scaling.rectify)
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
  target void moments_##variant(const activation_layout& layout, std::int64_t block, const float* x,                   \
                                std::span<double> means, std::span<double> variances) {                                \
    moments_body<widest>(layout, block, x, means, variances);                                                          \
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
  target void finished_gradient_sums_##variant(                                                                        \
    const activation_layout& layout, std::int64_t block, const float* x, const float* y, const float* more,            \
    float* y_gradient, const float* mean, std::span<double> sums, std::span<double> products) {                        \
    finished_gradient_sums_body<widest>(layout, block, x, y, more, y_gradient, mean, sums, products);                  \
  }                                                                                                                    \
  target void gradient_##variant(const activation_layout& layout, std::int64_t plane, const float* x,                  \
                                 const norm_derivation& how, float* x_gradient) {                                      \
    gradient_body<widest>(layout, plane, x, how, x_gradient);                                                          \
  }                                                                                                                    \
  target void add_##variant(std::span<const float> a, std::span<const float> b, bool rectify, std::span<float> sum) {  \
    add_body(a, b, rectify, sum);                                                                                      \
  }                                                                                                                    \
  constexpr norm_kernels kernels_##variant{                                                                            \
    #variant,           moments_##variant, scale_##variant, gradient_sums_##variant, finished_gradient_sums_##variant, \
    gradient_##variant, add_##variant};

PACELINE_NORM_KERNELS(portable, , 4)
#ifdef __x86_64__
PACELINE_NORM_KERNELS(avx2, PACELINE_TARGET_AVX2, 8)
PACELINE_NORM_KERNELS(avx512, PACELINE_TARGET_AVX512, 16)
#endif

} // namespace

std::span<const norm_kernels> supported_norm_kernels() {
  static const norm_kernels all[] = {PACELINE_VARIANTS(kernels_)};
  static const auto supported = runnable_variants(std::span<const norm_kernels>(all));
  return supported;
}

} // namespace paceline::cpu
