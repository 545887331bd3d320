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

  tile_rows rows() { return {{matrices.data(), 8, g.tiles() * 8}, 0, 0}; }
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
        t.input(there.g, x.data(), there.rows());
        t.input_adjoint(back.g, back.rows(), of_input.data());
        REQUIRE(dot(there.matrices, back.matrices) == Approx(dot(x, of_input)).epsilon(1e-4));

        const std::vector<float> no_bias(8);
        const auto y = random_plane(there.g.output, 3);
        auto of_output = y;
        t.output_adjoint(there.g, y.data(), there.rows());
        t.output(back.g, back.rows(), no_bias.data(), false, of_output.data());
        REQUIRE(dot(there.matrices, back.matrices) == Approx(dot(y, of_output)).epsilon(1e-4));

        const auto taps = tile.filter * tile.filter;
        const auto filters = random_vector(static_cast<std::size_t>(taps * 8), 4);
        auto of_filters = filters;
        std::vector<float> transformed(static_cast<std::size_t>(t.places * 8));
        auto gradient = random_vector(transformed.size(), 5);
        t.filter(filters.data(), 8, 0, {transformed.data(), 8, 8});
        t.filter_adjoint({gradient.data(), 8, 8}, 0, of_filters.data(), 8);
        REQUIRE(dot(transformed, gradient) == Approx(dot(filters, of_filters)).epsilon(1e-4));
      }
}
