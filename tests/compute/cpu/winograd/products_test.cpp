#include "compute/cpu/winograd/products.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <cmath>

using namespace paceline;
using namespace paceline::cpu::winograd;

namespace {

/// The largest difference from the product in double, of numbers in ±1.
double error_of(const product_kernel& kernel, const product_size& size, bool transposed, bool add) {
  const auto count = [](std::int64_t a, std::int64_t b) { return static_cast<std::size_t>(a * b); };
  const auto a = random_vector(count(size.rows, size.inner), 1);
  const auto b_stride = size.columns + 3;
  const auto b = random_vector(count(size.inner, b_stride), 2);
  const auto stride = size.columns + 5;
  const auto before = random_vector(count(size.rows, stride), 3);
  auto product = before;
  const left_matrix left{a.data(), transposed ? 1 : size.inner, transposed ? size.rows : 1};
  read_ahead ahead[] = {{a.data(), static_cast<std::int64_t>(a.size())},
                        {b.data(), static_cast<std::int64_t>(b.size())}};
  // Asking ahead changes nothing of the product.
  kernel.multiply(left, {b.data(), b_stride}, {product.data(), stride}, size, add,
                  add ? std::span<read_ahead>() : std::span<read_ahead>(ahead));
  for (const auto& each : ahead)
    REQUIRE(each.asked <= each.size);
  double worst = 0;
  for (std::int64_t row = 0; row < size.rows; ++row)
    for (std::int64_t column = 0; column < stride; ++column) {
      const auto here = count(row, stride) + static_cast<std::size_t>(column);
      double truth = before[here];
      if (column < size.columns) {
        truth = add ? truth : 0;
        for (std::int64_t i = 0; i < size.inner; ++i)
          truth += static_cast<double>(a[count(row, left.row_stride) + count(i, left.inner_stride)])
                   * b[count(i, b_stride) + static_cast<std::size_t>(column)];
      }
      worst = std::max(worst, std::abs(truth - product[here]));
    }
  return worst;
}

} // namespace

TEST_CASE("matrix products of any size are right, also of a transpose, also added, and write nothing beside them") {
  for (const auto& kernel : supported_products())
    for (const std::int64_t rows : {1, 5, 12, 13, 24, 25, 37, 49})
      for (const std::int64_t columns : {8, 16, 24, 40, 48})
        for (const std::int64_t inner : {1, 3, 64})
          for (const bool transposed : {false, true})
            for (const bool add : {false, true}) {
              CAPTURE(kernel.instruction_set, rows, columns, inner, transposed, add);
              REQUIRE(error_of(kernel, {rows, columns, inner}, transposed, add) < 2e-5);
            }
}

TEST_CASE("a product of few columns may take the place of its left matrix") {
  for (const auto& kernel : supported_products())
    for (const std::int64_t rows : {1, 49, 64})
      for (const auto size : {kernel.columns_at_once / 2, kernel.columns_at_once}) {
        if (size % 8 != 0)
          continue;
        CAPTURE(kernel.instruction_set, rows, size);
        const auto a = random_vector(static_cast<std::size_t>(rows * size), 1);
        const auto b = random_vector(static_cast<std::size_t>(size * size), 2);
        std::vector<float> beside(a.size());
        kernel.multiply({a.data(), size, 1}, {b.data(), size}, {beside.data(), size}, {rows, size, size}, false, {});
        auto in_place = a;
        kernel.multiply({in_place.data(), size, 1}, {b.data(), size}, {in_place.data(), size}, {rows, size, size},
                        false, {});
        REQUIRE(in_place == beside);
      }
}
