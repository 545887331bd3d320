#include "compute/cpu/direct/few_channels_kernels.hpp"

#include "compute/cpu/kernels.hpp"
#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

#include <algorithm>

using namespace paceline;
using namespace paceline::cpu;
using namespace paceline::cpu::direct;

namespace {

/// Blocks that all variants can work on, odd widths, and maps narrower than what is kept in registers.
const few_channels_shape shapes[] = {
  {.channels = 3, .kernel = 5, .stride = 1, .height = 12, .width = 16, .made = {1, {64, 8, 12}, 16}},
  {.channels = 1, .kernel = 3, .stride = 1, .height = 8, .width = 31, .made = {1, {16, 6, 29}, 16}},
  {.channels = 4, .kernel = 7, .stride = 2, .height = 17, .width = 33, .made = {1, {112, 6, 14}, 16}},
  {.channels = 2, .kernel = 1, .stride = 1, .height = 4, .width = 2, .made = {1, {48, 4, 2}, 16}},
};

std::size_t made_size(const few_channels_shape& s) {
  return static_cast<std::size_t>(s.made.size());
}

/// Calls visit(place in what is made, place in the picture, place in the filters) for each product of the definition.
template <class Visit>
void for_each_product(const few_channels_shape& s, Visit visit) {
  const auto& map = s.made.shape;
  for (std::int64_t o = 0; o < map.channels; ++o)
    for (std::int64_t y = 0; y < map.height; ++y)
      for (std::int64_t x = 0; x < map.width; ++x)
        for (std::int64_t tap = 0; tap < s.taps(); ++tap) {
          const auto channel = tap / (s.kernel * s.kernel);
          const auto down = y * s.stride + tap / s.kernel % s.kernel;
          const auto across = x * s.stride + tap % s.kernel;
          const auto made = ((o / s.made.block * map.height + y) * map.width + x) * s.made.block + o % s.made.block;
          visit(static_cast<std::size_t>(made),
                static_cast<std::size_t>((channel * s.height + down) * s.width + across),
                static_cast<std::size_t>(tap * s.columns() + o));
        }
}

std::int64_t plane_of(const few_channels_shape& s) {
  return s.made.pixels() * s.made.block;
}

} // namespace

TEST_CASE("a convolution of few channels is the sum of its definition, in each instruction set") {
  for (const auto& s : shapes)
    for (const auto& k : supported_few_channels_kernels())
      for (const bool rectify : {false, true}) {
        CAPTURE(s.kernel, s.made.shape.channels, k.instruction_set, rectify);
        const auto picture = random_vector(static_cast<std::size_t>(s.picture_size()), 1);
        const auto filters = random_vector(static_cast<std::size_t>(s.taps() * s.columns()), 2);
        const auto bias = random_vector(static_cast<std::size_t>(s.columns()), 3);
        std::vector<double> sums(made_size(s));
        for_each_product(s, [&](auto made, auto place, auto filter) {
          sums[made] += static_cast<double>(picture[place]) * filters[filter];
        });
        std::vector<float> truth(sums.size());
        for (std::size_t i = 0; i < truth.size(); ++i) {
          const auto plane = static_cast<std::int64_t>(i) / plane_of(s);
          sums[i] += bias[static_cast<std::size_t>(plane * s.made.block + static_cast<std::int64_t>(i) % s.made.block)];
          truth[i] = static_cast<float>(rectify ? std::max(sums[i], 0.0) : sums[i]);
        }
        std::vector<float> found(truth.size());
        // In two halves of rows.
        const auto rows = s.made.shape.height / 2;
        const auto half = rows * s.made.shape.width * s.made.block;
        k.forward(s, picture.data(), filters.data(), bias.data(), rectify, 0, rows, {found.data(), plane_of(s)});
        k.forward(s, picture.data(), filters.data(), bias.data(), rectify, rows, rows,
                  {found.data() + half, plane_of(s)});
        REQUIRE(relative_error(found, truth) < 1e-6);
      }
}

TEST_CASE("gradients of filters of few channels are added up as their definition says, in each instruction set") {
  for (const auto& s : shapes)
    for (const auto& k : supported_few_channels_kernels()) {
      CAPTURE(s.kernel, s.made.shape.channels, k.instruction_set);
      const auto picture = random_vector(static_cast<std::size_t>(s.picture_size()), 1);
      const auto gradient = random_vector(made_size(s), 2);
      const auto before = random_vector(static_cast<std::size_t>(s.taps() * s.columns()), 3);
      std::vector<double> sums(before.begin(), before.end());
      for_each_product(s, [&](auto made, auto place, auto filter) {
        sums[filter] += static_cast<double>(picture[place]) * gradient[made];
      });
      auto found = before;
      k.add_gradient(s, picture.data(), {gradient.data(), plane_of(s)}, found.data());
      REQUIRE(relative_error(found, std::vector<float>(sums.begin(), sums.end())) < 1e-6);
    }
}

TEST_CASE("gradients through a max-pool's winners are those through the pool, in each instruction set") {
  for (const auto& s : shapes) {
    if (s.made.shape.width % 2 != 0)
      continue;
    const auto& map = s.made.shape;
    const pool_geometry pool{
      .from = s.made, .to = {1, {map.channels, map.height / 2, map.width / 2}, s.made.block}, .kernel = 2, .stride = 2};
    const auto pooled_size = static_cast<std::size_t>(pool.to.size());
    const auto picture = random_vector(static_cast<std::size_t>(s.picture_size()), 1);
    const auto values = random_vector(made_size(s), 2);
    const auto gradient = random_vector(pooled_size, 3);
    std::vector<float> pooled(pooled_size), whole(made_size(s));
    std::vector<std::uint8_t> winners(pooled_size);
    const auto& plain = supported_kernels().front();
    for (std::int64_t plane = 0; plane < s.made.blocks(); ++plane) {
      plain.pool_forward(pool, plane, values.data(), pooled.data(), winners.data());
      plain.pool_backward(pool, plane, gradient.data(), winners.data(), whole.data());
    }
    std::vector<float> quads(static_cast<std::size_t>(quads_size(s)));
    fill_quads(s, picture.data(), quads.data());
    for (const auto& k : supported_few_channels_kernels()) {
      CAPTURE(s.kernel, map.channels, k.instruction_set);
      std::vector<float> truth(static_cast<std::size_t>(s.taps() * s.columns()));
      auto found = truth;
      k.add_gradient(s, picture.data(), {whole.data(), plane_of(s)}, truth.data());
      k.add_pooled_gradient(s, quads.data(), {gradient.data(), plane_of(s) / 4}, winners.data(), found.data());
      REQUIRE(relative_error(found, truth) < 1e-6);
    }
  }
}
