#include "actors/strategy.hpp"

#include <algorithm>
#include <numeric>

namespace paceline {

std::uint64_t report_interval(const strategy_settings& strategy) {
  const auto common = std::gcd(strategy.period_group, strategy.period_global); // gcd(0, n) is n
  if (common == 0)
    return 16;
  auto interval = std::max<std::uint64_t>(1, (common + 3) / 4);
  while (common % interval != 0)
    ++interval;
  return interval;
}

} // namespace paceline
