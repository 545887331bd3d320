#include "compute/cpu/winograd/products.hpp"

#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"

#include <cmath>

using namespace paceline;
using namespace paceline::cpu::winograd;

namespace {

/// A matrix of random numbers in ±1, in blocks of columns with something between them.
struct blocks {
  std::int64_t block;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride = rows * block + 3;
  std::vector<float> values;

  blocks(std::int64_t of, std::int64_t r, std::int64_t c, std::uint64_t seed) : block(of), rows(r), columns(c) {
    values = random_vector(static_cast<std::size_t>((c + of - 1) / of * stride), seed);
  }

  float& at(std::int64_t row, std::int64_t column) {
    return values[static_cast<std::size_t>(column / block * stride + row * block + column % block)];
  }
  blocked_matrix<const float> to_read() const { return {values.data(), stride}; }
  blocked_matrix<float> to_write() { return {values.data(), stride}; }
};

/// The largest difference from the product in double, or from what was there where the product is not.
double error_of(const product_kernel& kernel, const product_size& size, bool transposed, bool add) {
  blocks a(kernel.block, transposed ? size.inner : size.rows, transposed ? size.rows : size.inner, 1);
  blocks b(kernel.block, size.inner, size.columns, 2);
  blocks product(kernel.block, size.rows, size.columns, 3);
  blocks truth = product;
  std::vector<double> exact(truth.values.begin(), truth.values.end());
  for (std::int64_t row = 0; row < size.rows; ++row)
    for (std::int64_t column = 0; column < size.columns; ++column) {
      auto& sum = exact[static_cast<std::size_t>(&truth.at(row, column) - truth.values.data())];
      sum = add ? sum : 0;
      for (std::int64_t i = 0; i < size.inner; ++i)
        sum += static_cast<double>(transposed ? a.at(i, row) : a.at(row, i)) * b.at(i, column);
    }
  read_ahead ahead[] = {{a.values.data(), static_cast<std::int64_t>(a.values.size())},
                        {b.values.data(), static_cast<std::int64_t>(b.values.size())}};
  // Asking ahead changes nothing of the product.
  const auto asked = add ? std::span<read_ahead>() : std::span<read_ahead>(ahead);
  (transposed ? kernel.multiply_transposed : kernel.multiply)(a.to_read(), b.to_read(), product.to_write(), size, add,
                                                              asked);
  for (const auto& each : ahead)
    REQUIRE(each.asked <= each.size);
  double worst = 0;
  for (std::size_t i = 0; i < exact.size(); ++i)
    worst = std::max(worst, std::abs(exact[i] - product.values[i]));
  return worst;
}

template <class Work>
void for_each_kernel(Work work) {
  for (const std::int64_t block : {8, 16})
    for (const auto& kernel : supported_products(block)) {
      REQUIRE(kernel.block == block);
      work(kernel);
    }
}

} // namespace

TEST_CASE("matrix products of any size are right, also of a transpose, also added, and write nothing beside them") {
  for_each_kernel([](const product_kernel& kernel) {
    for (const std::int64_t rows : {1, 5, 12, 13, 24, 25, 37, 49})
      for (const std::int64_t blocks_across : {1, 2, 3, 4, 5})
        for (const std::int64_t inner : {1, 3, 16, 64, 150})
          for (const bool transposed : {false, true})
            for (const bool add : {false, true}) {
              const product_size size{rows, blocks_across * kernel.block, inner};
              CAPTURE(kernel.instruction_set, kernel.block, rows, size.columns, inner, transposed, add);
              REQUIRE(error_of(kernel, size, transposed, add) < 2e-5);
            }
  });
}

TEST_CASE("a product of few columns may take the place of its left matrix") {
  for_each_kernel([](const product_kernel& kernel) {
    for (const std::int64_t rows : {1, 49, 64})
      for (auto columns = kernel.block; columns <= kernel.columns_at_once; columns += kernel.block) {
        CAPTURE(kernel.instruction_set, kernel.block, rows, columns);
        blocks a(kernel.block, rows, columns, 1);
        const blocks b(kernel.block, columns, columns, 2);
        auto beside = a;
        const product_size size{rows, columns, columns};
        kernel.multiply(a.to_read(), b.to_read(), beside.to_write(), size, false, {});
        kernel.multiply(a.to_read(), b.to_read(), a.to_write(), size, false, {});
        REQUIRE(a.values == beside.values);
      }
  });
}
