#include "compute/cpu/winograd/transforms.hpp"

#include "compute/cpu/winograd/matrices.hpp"
#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <cmath>
#include <numeric>

using namespace paceline;
using namespace paceline::cpu;
using namespace paceline::cpu::winograd;

namespace {

/// One plane of 8 channels, and a matrix of its tiles at each place.
struct tiled_plane {
  geometry g;
  std::vector<float> matrices;

  tiled_plane(const transforms& t, const tile_size& tile, std::int64_t padding)
    : g{{1, {8, 10, 9}, 8},
        {1, {8, 10 + 2 * padding - tile.filter + 1, 9 + 2 * padding - tile.filter + 1}, 8},
        padding,
        tile} {
    if (tile.outputs == 2)
      g.input.shape = g.output.shape = {8, 2, 2};
    matrices.resize(static_cast<std::size_t>(t.places * g.tiles() * 8));
  }

  tile_rows rows() { return {matrices.data(), g.tiles() * 8}; }
};

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<float> random_plane(const activation_layout& layout, std::uint64_t seed) {
  return random_vector(static_cast<std::size_t>(layout.size()), seed);
}

} // namespace

// ⟨T x, m⟩ = ⟨x, Tᵀ m⟩ for each transform T and what is to be its adjoint.
TEST_CASE("each transform's adjoint is its adjoint") {
  for (const auto& tile : {tile_size{4, 3}, tile_size{4, 5}, tile_size{2, 3}})
    for (const auto& t : supported_transforms(tile))
      for (const std::int64_t padding : {0, 1}) {
        if (tile.outputs == 2 && padding == 0)
          continue;
        CAPTURE(tile.outputs, tile.filter, t.instruction_set, padding);
        tiled_plane there(t, tile, padding), back(t, tile, padding);
        back.matrices = random_vector(back.matrices.size(), 2);

        const auto x = random_plane(there.g.input, 1);
        auto of_input = x;
        t.input(there.g, x.data(), nullptr, there.rows());
        t.input_adjoint(back.g, back.rows(), of_input.data());
        REQUIRE(dot(there.matrices, back.matrices) == Approx(dot(x, of_input)).epsilon(1e-4));

        const std::vector<float> no_bias(8);
        const auto y = random_plane(there.g.output, 3);
        auto of_output = y;
        t.output_adjoint(there.g, y.data(), there.rows());
        t.output(back.g, back.rows(), no_bias.data(), false, of_output.data(), nullptr);
        REQUIRE(dot(there.matrices, back.matrices) == Approx(dot(y, of_output)).epsilon(1e-4));

        const auto taps = tile.filter * tile.filter;
        const auto filters = random_vector(static_cast<std::size_t>(taps * 8), 4);
        auto of_filters = filters;
        std::vector<float> transformed(static_cast<std::size_t>(t.places * 8));
        auto gradient = random_vector(transformed.size(), 5);
        t.filter(filters.data(), 8, 8, {transformed.data(), 8});
        t.filter_adjoint({gradient.data(), 8}, 8, of_filters.data(), 8);
        REQUIRE(dot(transformed, gradient) == Approx(dot(filters, of_filters)).epsilon(1e-4));
      }
}

TEST_CASE("a plane's moments are those of its outputs, also where the mean is a thousand times the deviation") {
  for (const auto& tile : {tile_size{4, 3}, tile_size{4, 5}, tile_size{2, 3}})
    for (const auto& t : supported_transforms(tile))
      for (const bool rectify : {false, true}) {
        CAPTURE(tile.outputs, tile.filter, t.instruction_set, rectify);
        tiled_plane plane(t, tile, 1);
        plane.matrices = random_vector(plane.matrices.size(), 1);
        const std::vector<float> bias{0, 1000, -1, 1, 2, -2, -10000, 10};
        std::vector<float> alone(static_cast<std::size_t>(plane.g.output.size())), measured(alone.size());
        std::vector<float> moments(16);
        t.output(plane.g, plane.rows(), bias.data(), rectify, alone.data(), nullptr);
        t.output(plane.g, plane.rows(), bias.data(), rectify, measured.data(), moments.data());
        REQUIRE(measured == alone);
        for (std::size_t channel = 0; channel < 8; ++channel) {
          const auto count = static_cast<double>(alone.size() / 8);
          double mean = 0, deviation = 0;
          for (auto i = channel; i < alone.size(); i += 8)
            mean += alone[i] / count;
          for (auto i = channel; i < alone.size(); i += 8)
            deviation += (alone[i] - mean) * (alone[i] - mean);
          REQUIRE(moments[channel] == Approx(mean).epsilon(1e-6).margin(1e-5));
          REQUIRE(moments[8 + channel] == Approx(deviation).epsilon(1e-4).margin(1e-4));
        }
      }
}

TEST_CASE("what a batch norm leaves to the transforms around it is what it would do itself") {
  const auto& norm = supported_norm_kernels().front();
  const auto numbers = random_vector(40, 7);
  for (const auto& tile : {tile_size{4, 3}, tile_size{4, 5}, tile_size{2, 3}})
    for (const auto& t : supported_transforms(tile))
      for (const bool rectify : {false, true}) {
        CAPTURE(tile.outputs, tile.filter, t.instruction_set, rectify);
        tiled_plane left(t, tile, 1), done(t, tile, 1);
        const norm_scaling scaling{&numbers[0], &numbers[8], rectify};
        const auto x = random_plane(left.g.input, 1);
        auto scaled = x;
        norm.scale(left.g.input, 0, x.data(), scaling, scaled.data());
        t.input(left.g, x.data(), &scaling, left.rows());
        t.input(done.g, scaled.data(), nullptr, done.rows());
        const auto require_equal = [&] {
          for (std::size_t i = 0; i < done.matrices.size(); ++i)
            REQUIRE(left.matrices[i] == Approx(done.matrices[i]).margin(1e-4));
        };
        require_equal();

        const auto y = random_plane(left.g.output, 2), y_gradient = random_plane(left.g.output, 3);
        const norm_derivation how{y_gradient.data(), scaling, &numbers[16], &numbers[24], &numbers[32]};
        auto derived = y;
        norm.gradient(left.g.output, 0, y.data(), how, derived.data());
        t.output_adjoint_of_norm(left.g, y.data(), how, left.rows());
        t.output_adjoint(done.g, derived.data(), done.rows());
        require_equal();
      }
}

// What is pooled at once is the max-pool of what is not, and its gradient goes where the highest value was.
TEST_CASE("outputs that are pooled at once are those of a max-pool behind them, and so are gradients") {
  for (const auto& tile : {tile_size{4, 3}, tile_size{4, 5}, tile_size{2, 3}})
    for (const auto& t : supported_transforms(tile))
      for (const bool rectify : {false, true}) {
        CAPTURE(tile.outputs, tile.filter, t.instruction_set, rectify);
        tiled_plane plane(t, tile, 1);
        if (tile.outputs == 4) {
          plane.g.input.shape = {8, 10, 12};
          plane.g.output.shape = {8, 10 + 2 - tile.filter + 1, 12 + 2 - tile.filter + 1};
          plane.matrices.resize(static_cast<std::size_t>(t.places * plane.g.tiles() * 8));
        }
        plane.matrices = random_vector(plane.matrices.size(), 1);
        const auto bias = random_vector(8, 2);
        std::vector<float> whole(static_cast<std::size_t>(plane.g.output.size()));
        t.output(plane.g, plane.rows(), bias.data(), rectify, whole.data(), nullptr);

        std::vector<float> pooled(whole.size() / 4);
        std::vector<std::uint8_t> winners(pooled.size());
        t.output_pooled(plane.g, plane.rows(), bias.data(), rectify, {pooled.data(), winners.data()});

        auto gradient = random_vector(pooled.size(), 3);
        std::vector<float> scattered(whole.size());
        const auto width = plane.g.output.shape.width;
        std::size_t alive = 0;
        for (std::int64_t row = 0; row < plane.g.output.shape.height / 2; ++row)
          for (std::int64_t column = 0; column < width / 2; ++column)
            for (std::int64_t channel = 0; channel < 8; ++channel) {
              const auto at = [&](std::int64_t down, std::int64_t across) {
                return static_cast<std::size_t>(((2 * row + down) * width + 2 * column + across) * 8 + channel);
              };
              auto best = at(0, 0);
              for (const auto other : {at(0, 1), at(1, 0), at(1, 1)})
                best = whole[other] > whole[best] ? other : best;
              const auto small = static_cast<std::size_t>((row * (width / 2) + column) * 8 + channel);
              REQUIRE(pooled[small] == Approx(whole[best]).margin(1e-5));
              // Whoever owns the plane masks what a relu held back.
              if (rectify && whole[best] <= 0)
                gradient[small] = 0;
              else
                ++alive;
              scattered[best] = gradient[small];
            }
        REQUIRE(alive > pooled.size() / 2);

        tiled_plane expected = plane, found = plane;
        t.output_adjoint(plane.g, scattered.data(), expected.rows());
        t.output_pooled_adjoint(plane.g, {gradient.data(), winners.data()}, found.rows());
        for (std::size_t i = 0; i < expected.matrices.size(); ++i)
          REQUIRE(found.matrices[i] == Approx(expected.matrices[i]).margin(1e-4));
      }
}
