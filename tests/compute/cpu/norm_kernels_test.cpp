#include "compute/cpu/norm_kernels.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <cmath>
#include <limits>
#include <utility>

using namespace paceline;
using namespace paceline::cpu;

namespace {

struct norm_outcome {
  std::vector<double> means, variances, gradient_sums, products, finished_sums, finished_products;
  std::vector<float> scaled, gradient, added, summed, finished_gradient;

  friend bool operator==(const norm_outcome&, const norm_outcome&) = default;
};

/// All kernels of one variant, on two samples.
norm_outcome run_all(const norm_kernels& k, const activation_layout& layout, bool rectify) {
  const auto size = static_cast<std::size_t>(layout.size());
  const auto channels = static_cast<std::size_t>(layout.blocks() * layout.block);
  const auto block = static_cast<std::size_t>(layout.block);
  const auto x = random_vector(size, 1), y_gradient = random_vector(size, 2), other = random_vector(size, 6),
             more = random_vector(size, 7);
  const auto scale = random_vector(channels, 3), shift = random_vector(channels, 4), mean = random_vector(channels, 5);
  const norm_scaling how{scale.data(), shift.data(), rectify};
  norm_outcome out;
  for (auto* sums :
       {&out.means, &out.variances, &out.gradient_sums, &out.products, &out.finished_sums, &out.finished_products})
    sums->resize(channels);
  for (auto* values : {&out.scaled, &out.gradient, &out.added, &out.summed})
    values->resize(size);
  out.finished_gradient = y_gradient;
  for (std::int64_t i = 0; i < layout.blocks(); ++i) {
    const auto part = [&](std::vector<double>& all) {
      return std::span(all).subspan(static_cast<std::size_t>(i) * block, block);
    };
    k.moments(layout, i, x.data(), part(out.means), part(out.variances));
    k.gradient_sums(layout, i, x.data(), y_gradient.data(), how, mean.data(), part(out.gradient_sums),
                    part(out.products));
    k.finished_gradient_sums(layout, i, x.data(), rectify ? other.data() : nullptr, more.data(),
                             out.finished_gradient.data(), mean.data(), part(out.finished_sums),
                             part(out.finished_products));
  }
  for (std::int64_t plane = 0; plane < layout.batch * layout.blocks(); ++plane) {
    k.scale(layout, plane, x.data(), how, out.scaled.data());
    k.scale(layout, plane, x.data(), {scale.data(), shift.data(), rectify, other.data()}, out.summed.data());
    k.gradient(layout, plane, x.data(), {y_gradient.data(), how, scale.data(), shift.data(), mean.data()},
               out.gradient.data());
  }
  k.add(x, y_gradient, rectify, out.added);
  return out;
}

} // namespace

TEST_CASE("all variants of the batch norm kernels that run here give the same bits for every block of channels") {
  const auto variants = supported_norm_kernels();
  for (const auto& variant : variants)
    for (const std::int64_t block : {1, 8, 16, 17, 32})
      for (const bool rectify : {false, true}) {
        CAPTURE(variant.instruction_set, block, rectify);
        const activation_layout layout{2, {block == 17 || block == 32 ? block : 20, 7, 9}, block};
        REQUIRE(run_all(variant, layout, rectify) == run_all(variants.front(), layout, rectify));
      }
}

TEST_CASE("the kernels of a norm with a sum behind it give what a norm, a sum and a relu would, read by one or two") {
  for (const auto& variant : supported_norm_kernels())
    for (const auto& [rectify, branched] : {std::pair{false, false}, {false, true}, {true, false}, {true, true}}) {
      CAPTURE(variant.instruction_set, rectify, branched);
      const activation_layout layout{2, {20, 7, 9}, 16};
      const auto size = static_cast<std::size_t>(layout.size());
      const auto x = random_vector(size, 1), added = random_vector(size, 2), gradient = random_vector(size, 3),
                 more = random_vector(size, 7);
      const auto scale = random_vector(32, 4), shift = random_vector(32, 5), mean = random_vector(32, 6);
      std::vector<float> normed(size), sum(size), fused(size);
      for (std::int64_t plane = 0; plane < 4; ++plane) {
        variant.scale(layout, plane, x.data(), {scale.data(), shift.data(), false}, normed.data());
        variant.scale(layout, plane, x.data(), {scale.data(), shift.data(), rectify, added.data()}, fused.data());
      }
      variant.add(normed, added, rectify, sum);
      REQUIRE(fused == sum);

      auto masked = gradient;
      for (std::size_t i = 0; i < size; ++i)
        masked[i] = rectify && !(sum[i] > 0) ? 0 : gradient[i] + (branched ? more[i] : 0);
      auto fused_gradient = gradient;
      std::vector<double> sums(16), products(16), fused_sums(16), fused_products(16);
      for (std::int64_t block = 0; block < 2; ++block) {
        variant.gradient_sums(layout, block, x.data(), masked.data(), {scale.data(), shift.data(), false}, mean.data(),
                              sums, products);
        variant.finished_gradient_sums(layout, block, x.data(), rectify ? sum.data() : nullptr,
                                       branched ? more.data() : nullptr, fused_gradient.data(), mean.data(), fused_sums,
                                       fused_products);
        REQUIRE(fused_sums == sums);
        REQUIRE(fused_products == products);
      }
      REQUIRE(fused_gradient == masked);
    }
}

TEST_CASE("a rectified norm or sum keeps what is no number, so that a diverged worker is seen") {
  const std::vector<float> x{std::numeric_limits<float>::quiet_NaN(), -1, 2}, zero{0, 0, 0}, one{1, 1, 1};
  for (const auto& variant : supported_norm_kernels()) {
    std::vector<float> y(3);
    const auto require_rectified = [&] {
      REQUIRE(std::isnan(y[0]));
      REQUIRE(y[1] == 0);
      REQUIRE(y[2] == 2);
    };
    variant.add(x, zero, true, y);
    require_rectified();
    variant.scale({1, {1, 1, 3}, 1}, 0, x.data(), {one.data(), zero.data(), true}, y.data());
    require_rectified();
  }
}

TEST_CASE("moments are those of double precision, also where the mean is a thousand times the deviation") {
  const activation_layout layout{5, {16, 7, 9}, 16};
  auto x = random_vector(static_cast<std::size_t>(layout.size()), 1);
  for (auto& value : x)
    value += 1000;
  for (const auto& variant : supported_norm_kernels()) {
    std::vector<double> means(16), variances(16);
    variant.moments(layout, 0, x.data(), means, variances);
    for (std::size_t c = 0; c < 16; ++c) {
      const auto count = static_cast<double>(x.size() / 16);
      double mean = 0, variance = 0;
      for (auto i = c; i < x.size(); i += 16)
        mean += x[i] / count;
      for (auto i = c; i < x.size(); i += 16)
        variance += (x[i] - mean) * (x[i] - mean) / count;
      REQUIRE(means[c] == Approx(mean).epsilon(1e-9));
      REQUIRE(variances[c] == Approx(variance).epsilon(1e-5));
    }
  }
}
