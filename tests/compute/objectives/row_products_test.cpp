#include "compute/objectives/row_products.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <array>

using namespace paceline;

TEST_CASE("each kernel's sums of a tile are those of plain loops, whatever the depth and the distance of the rows") {
  constexpr auto tile = row_products::rows;
  REQUIRE(supported_row_products().front().instruction_set == "portable");
  for (const std::size_t depth : {0, 1, 7, 100}) {
    const auto stride = depth + 3;
    const auto left_numbers = random_vector(tile * stride, 1);
    const auto panel_numbers = random_vector(tile * depth + 1, 2);
    const std::vector<double> left(left_numbers.begin(), left_numbers.end());
    const std::vector<double> panel(panel_numbers.begin(), panel_numbers.end());
    for (const auto& kernel : supported_row_products()) {
      INFO(kernel.instruction_set << " " << depth);
      std::array<double, tile * tile> sums{};
      kernel.multiply(left.data(), stride, panel.data(), depth, sums.data());
      for (std::size_t i = 0; i < tile; ++i)
        for (std::size_t j = 0; j < tile; ++j) {
          double expected = 0;
          for (std::size_t k = 0; k < depth; ++k)
            expected += left[i * stride + k] * panel[k * tile + j];
          REQUIRE(sums[i * tile + j] == Approx(expected).margin(1e-14));
        }
    }
  }
}
