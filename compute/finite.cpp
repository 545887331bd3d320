#include "compute/finite.hpp"

#include "compute/sgd_kernels.hpp"

namespace paceline {

bool all_finite(std::span<const float> values) {
  return supported_sgd_kernels().back().finite(values.data(), values.size());
}

} // namespace paceline
