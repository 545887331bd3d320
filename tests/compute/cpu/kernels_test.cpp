#include "compute/cpu/kernels.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <cmath>
#include <limits>

using namespace paceline;
using namespace paceline::cpu;

namespace {

struct kernel_outcome {
  std::vector<float> pooled, spread, rectified, finished, dropped;
  std::vector<std::uint8_t> winners, kept;
  std::vector<double> sums;

  friend bool operator==(const kernel_outcome&, const kernel_outcome&) = default;
};

/// All kernels of one variant, on two samples of a picture with a rest behind the last window.
kernel_outcome run_all(const kernels& k, feature_shape shape, std::int64_t block) {
  const pool_geometry g{
    {2, shape, block}, {2, {shape.channels, shape.height / 2, shape.width / 2}, block}, 3 /* overlapping */, 2};
  const auto from_size = static_cast<std::size_t>(g.from.size());
  const auto to_size = static_cast<std::size_t>(g.to.size());
  const auto from = random_vector(from_size, 1);
  const auto gradient = random_vector(to_size, 2);
  kernel_outcome out;
  out.pooled.resize(to_size);
  out.winners.resize(to_size);
  out.spread.resize(from_size);
  out.dropped = from;
  out.kept.resize(from_size);
  for (std::int64_t plane = 0; plane < 2 * g.from.blocks(); ++plane) {
    k.pool_forward(g, plane, from.data(), out.pooled.data(), out.winners.data());
    k.pool_backward(g, plane, gradient.data(), out.winners.data(), out.spread.data());
    k.drop(g.from, plane, dropout_mask(1, 2, 0.5), 2, out.dropped.data(), out.kept.data());
  }
  out.rectified = from;
  k.rectify(out.rectified);
  k.rectify_gradient(from, out.rectified);
  k.drop_gradient(2, out.kept, out.rectified);
  out.finished = gradient;
  out.sums.resize(static_cast<std::size_t>(g.to.blocks() * block));
  for (std::int64_t i = 0; i < g.to.blocks(); ++i)
    k.finish_gradient(g.to, i, out.pooled.data(), out.finished.data(),
                      std::span(out.sums).subspan(static_cast<std::size_t>(i * block)));
  return out;
}

} // namespace

TEST_CASE("all variants of the CPU kernels that run here give the same bits for every block of channels") {
  const auto variants = supported_kernels();
  for (const auto& variant : variants)
    for (const std::int64_t block : {1, 8, 16, 17, 32}) {
      CAPTURE(variant.instruction_set, block);
      const feature_shape shape{block == 17 || block == 32 ? block : 20, 7, 9};
      REQUIRE(run_all(variant, shape, block) == run_all(variants.front(), shape, block));
    }
}

TEST_CASE("a relu keeps what is no number, so that a diverged worker is seen") {
  for (const auto& variant : supported_kernels()) {
    std::vector<float> x{std::numeric_limits<float>::quiet_NaN(), -1, 2};
    variant.rectify(x);
    REQUIRE(std::isnan(x[0]));
    REQUIRE(x[1] == 0);
    REQUIRE(x[2] == 2);
  }
}
