#include "compute/cpu/memory_plan.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace paceline::cpu {

namespace {

bool overlap(const buffer_life& a, const buffer_life& b) {
  return a.first <= b.last && b.first <= a.last;
}

} // namespace

memory_plan plan_memory(std::span<const buffer_life> buffers, std::size_t alignment) {
  const auto rounded = [&](std::size_t size) { return (size + alignment - 1) / alignment * alignment; };
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) { return buffers[a].size > buffers[b].size; });

  memory_plan plan;
  plan.offsets.resize(buffers.size());
  /// Those that are placed, the lowest offset first.
  std::vector<std::size_t> placed;
  for (const auto which : order) {
    const auto& buffer = buffers[which];
    assert(buffer.first <= buffer.last);
    std::size_t offset = 0;
    for (const auto other : placed) {
      if (!overlap(buffer, buffers[other]))
        continue;
      if (offset + buffer.size <= plan.offsets[other])
        break;
      offset = std::max(offset, rounded(plan.offsets[other] + buffers[other].size));
    }
    plan.offsets[which] = offset;
    plan.size = std::max(plan.size, offset + buffer.size);
    placed.insert(std::ranges::upper_bound(placed, offset, {}, [&](auto other) { return plan.offsets[other]; }), which);
  }
  return plan;
}

} // namespace paceline::cpu
