#pragma once

#include "compute/counter_random.hpp"

#include <cstdint>
#include <vector>

namespace paceline {

/// `size` uniform numbers in [-1, 1), the same for the same seed.
inline std::vector<float> random_vector(std::size_t size, std::uint64_t seed) {
  counter_random random(seed);
  std::vector<float> result(size);
  for (auto& value : result)
    value = random.uniform(-1, 1);
  return result;
}

} // namespace paceline
