#include "cluster/preflight/exchange_advice.hpp"

#include <cassert>

namespace paceline {

namespace {

/// The largest power of two that a cluster file may have as a period.
constexpr std::uint64_t longest_period = std::uint64_t{1} << 29;

/// The first of `from`, 2 from, 4 from … for which it holds, or the longest.
template <class Condition>
std::uint64_t smallest_period(std::uint64_t from, Condition holds) {
  auto period = from;
  while (period < longest_period && !holds(period))
    period *= 2;
  return period;
}

} // namespace

exchange_forecast forecast(const exchange_costs& costs, exchange_periods periods) {
  assert(costs.seconds_a_step > 0 && periods.group >= 1 && periods.global >= 1);
  const auto time_of = [&](std::uint64_t period) { return static_cast<double>(period) * costs.seconds_a_step; };
  const auto exchange = [&](std::uint32_t workers) { return costs.seconds_a_pull + costs.seconds_a_copy / workers; };
  exchange_forecast expected{.periods = periods};
  expected.worker_share =
    exchange(costs.workers_of_group) / time_of(periods.group) + exchange(costs.workers) / time_of(periods.global);
  if (costs.bytes_per_second <= 0)
    return expected;
  const auto global = time_of(periods.global);
  expected.exchange_share = (costs.snapshot_bytes / costs.bytes_per_second + costs.round_trip_seconds) / global;
  expected.bytes_per_second = (costs.nodes - 1) * costs.snapshot_bytes / global;
  expected.bandwidth_share = expected.bytes_per_second / costs.bytes_per_second;
  return expected;
}

exchange_periods recommended_periods(const exchange_costs& costs) {
  exchange_periods periods;
  periods.group = smallest_period(1, [&](std::uint64_t period) {
    return forecast(costs, {period, period}).worker_share <= most_worker_share;
  });
  periods.global = smallest_period(periods.group, [&](std::uint64_t period) {
    const auto expected = forecast(costs, {periods.group, period});
    return expected.exchange_share <= most_exchange_share && expected.bandwidth_share <= most_bandwidth_share;
  });
  return periods;
}

} // namespace paceline
