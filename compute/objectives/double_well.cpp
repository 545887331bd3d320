#include "compute/objectives/double_well.hpp"

#include "compute/counter_random.hpp"

#include <cassert>

namespace paceline {

void double_well::initialise(std::span<float> parameters, std::uint64_t seed) const {
  counter_random random(seed);
  for (auto& x : parameters)
    x = random.uniform(-2.0f, 2.0f);
}

double double_well::evaluate(std::span<const float> point, std::span<float> gradient) const {
  assert(point.size() == 1);
  const double x = point[0];
  const auto above = x * x - 1;
  if (!gradient.empty())
    gradient[0] = static_cast<float>(above * x);
  return above * above / 4;
}

} // namespace paceline
